import { testServers } from '../src/index.ts';
import { query } from './fixtures/query.ts';

describe('the databases of the services', () => {
  test('each role can connect to its own database and create tables there', async () => {
    const urls = await testServers().createDatabases('own');
    for (const url of Object.values(urls)) {
      await query(url, 'create table t (id int)');
      await expect(query(url, 'select current_user::text as role')).resolves.toEqual([{ role: new URL(url).username }]);
    }
  });

  test("no role can connect to another role's database or to the server's own databases", async () => {
    const urls = await testServers().createDatabases('foreign');
    const names = Object.values(urls).map((url) => new URL(url).pathname);
    for (const url of Object.values(urls))
      for (const name of [...names, '/postgres', '/template1']) {
        if (name === new URL(url).pathname) continue;
        const foreign = Object.assign(new URL(url), { pathname: name });
        await expect(query(foreign.href, 'select 1')).rejects.toMatchObject({ code: '42501' });
      }
  });

  test('a wrong password is rejected', async () => {
    const { loans } = await testServers().createDatabases('password');
    const wrong = Object.assign(new URL(loans), { password: 'guess' });
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('test databases with the same name are distinct, even if created concurrently', async () => {
    const made = await Promise.all([1, 2, 3].map(() => testServers().createDatabases('same')));
    expect(new Set(made.map(({ customers }) => new URL(customers).pathname)).size).toBe(3);
  });
});
