import { samplesOf, sumOf } from '../src/status/metrics.ts';

const TEXT = `# HELP mo_quarantined Events
# TYPE mo_quarantined gauge
mo_quarantined{service="loans",stream="customers"} 1
mo_quarantined{service="loans",stream="pay\\"ments,"} 2.5
mo_quarantined_total 9
mo_build_info{version="0.1.0",service="loans"} 1
up 1
`;

it('metrics are read by name, with their labels', () => {
  expect(samplesOf(TEXT, 'mo_build_info')).toEqual([{ labels: { version: '0.1.0', service: 'loans' }, value: 1 }]);
  expect(samplesOf(TEXT, 'mo_quarantined')[1]?.labels).toEqual({ service: 'loans', stream: 'pay\\"ments,' });
  expect([sumOf(TEXT, 'mo_quarantined'), sumOf(TEXT, 'up'), sumOf(TEXT, 'mo_outbox_entries')]).toEqual([3.5, 1, null]);
});
