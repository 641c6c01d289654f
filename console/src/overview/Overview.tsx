import { Page } from '../kit/Page.tsx';

const today = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export function Overview() {
  return (
    <Page title="Overview" sub={today.format(new Date())}>
      {null}
    </Page>
  );
}
