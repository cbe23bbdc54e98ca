import { compareTables } from '../src/audit/difference.ts';
import { imageTable } from '../src/audit/image.ts';
import { inTurns } from '../src/audit/turns.ts';

/** More than a call takes arguments. */
const ROWS = 200_000;
const table = imageTable('loans', { key: ['id'], columns: { id: 'bigint', amount: 'numeric' } });

it('all rows that differ are reported, however many there are', async () => {
  const rows = Array.from({ length: ROWS }, (_, place) => ({ id: String(place), amount: '1.00' }));
  const differences = await inTurns(compareTables([table], { loans: rows }, {}));
  expect(differences).toHaveLength(ROWS);
  expect(differences.at(-1)).toEqual({
    table: 'loans',
    row: `id=${ROWS - 1}`,
    text: `the row should not exist: id ${ROWS - 1}, amount 1.00`,
  });
});
