// The SQLite drivers that load on this machine, each to be held to the contract.
import { betterSqlite, type Driver, nodeSqlite } from '../../src/store/driver.ts';

export function drivers(): Driver[] {
  return [betterSqlite, nodeSqlite].flatMap(load => {
    try {
      return [load()];
    } catch {
      return [];
    }
  });
}
