import { useQuery } from '@tanstack/react-query';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Id } from '../kit/Copy.tsx';
import { Fact, Facts } from '../kit/Facts.tsx';
import { Page } from '../kit/Page.tsx';
import { Panel } from '../kit/Panel.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { dayOf } from '../kit/When.tsx';
import { Operators } from './Operators.tsx';
import { Programs } from './Programs.tsx';
import type { Settings as AllSettings } from './queries.ts';
import { settingsQuery } from './queries.ts';
import styles from './Settings.module.css';
import { validationWords } from './words.ts';

export function Settings() {
  const { brand, session } = useHere();
  const query = useQuery(settingsQuery(brand));
  return (
    <Page title="Settings" sub={`${brand.name}, ${session.environment}`}>
      <div className={styles.panels}>
        {brand.may('operators:read') && <Operators />}
        <Panel title="Programs" aside="customers are verified for a program">
          <Answer query={query} skeleton={<Skeleton lines={3} />}>
            {({ programs }) => <Programs programs={programs} />}
          </Answer>
        </Panel>
        <div className={styles.pair}>
          <Panel title="Brand">
            <Answer query={query} skeleton={<Skeleton lines={5} />}>
              {(settings) => <BrandFacts settings={settings} />}
            </Answer>
          </Panel>
          <Panel title="Service" aside="set where it runs">
            <Answer query={query} skeleton={<Skeleton lines={5} />}>
              {({ service }) => <ServiceFacts service={service} />}
            </Answer>
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function BrandFacts({ settings: { validation, keys } }: { readonly settings: AllSettings }) {
  const { brand } = useHere();
  const newest = (kind: 'brand' | 'index') => keys.findLast((key) => key.kind === kind);
  const keyFact = (kind: 'brand' | 'index') => {
    const key = newest(kind);
    return key ? `version ${key.version}, since ${dayOf(key.date_created)}` : 'none';
  };
  return (
    <Facts>
      <Fact name="Name">{brand.name}</Fact>
      <Fact name="Id">
        <Id id={brand.id} what="brand id" />
      </Fact>
      <Fact name="Values">{validationWords[validation]}</Fact>
      <Fact name="Sealing key">{keyFact('brand')}</Fact>
      <Fact name="Index key">{keyFact('index')}</Fact>
    </Facts>
  );
}

function ServiceFacts({ service }: Pick<AllSettings, 'service'>) {
  return (
    <Facts>
      <Fact name="Version">Clientele {service.version}</Fact>
      <Fact name="Database">PostgreSQL {service.database_version}</Fact>
      <Fact name="Environment">
        {service.environment} <code className={styles.setting}>CLIENTELE_ENVIRONMENT</code>
      </Fact>
      <Fact name="Addresses">
        {service.address_verifier} <code className={styles.setting}>CLIENTELE_ADDRESS_VERIFIER</code>
      </Fact>
      <Fact name="Ordinary reads">
        {service.audit_reads ? 'are audited' : 'are not audited'}{' '}
        <code className={styles.setting}>CLIENTELE_AUDIT_READS</code>
      </Fact>
    </Facts>
  );
}
