import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { ReasonDialog } from '../kit/FormDialog.tsx';
import { toast } from '../kit/Toast.tsx';
import type { Hold } from './queries.ts';
import { retentionChanged } from './queries.ts';

/** Ends a hold. It takes another person than the one who set it. */
export function ReleaseHold({ hold, onClose }: { readonly hold: Hold; readonly onClose: () => void }) {
  const { brand } = useHere();
  const write = useWrite(
    (reason: string, header) =>
      answerOf(
        api.POST('/customers/{customer_id}/legal-holds/{hold_id}/release', {
          params: { path: { customer_id: hold.customer_id, hold_id: hold.hold_id }, header },
          body: { reason },
        }),
      ),
    async () => {
      await retentionChanged(brand);
      toast('The hold is released');
      onClose();
    },
  );
  return (
    <ReasonDialog
      title="Why does the hold end?"
      hint="What became due during the hold is erased within minutes. Name a case, not the person."
      verb="Release the hold"
      write={write}
      onSend={write.send}
      onClose={onClose}
    />
  );
}
