/**
 * CRC-32C (Castagnoli), the checksum of Kafka's record batches. It takes eight bytes per step ("slicing-by-8",
 * Kounavis and Berry), which is almost three times as fast as one; Node.js itself has CRC-32 with another polynomial only.
 */

/** The polynomial, with its bits in reverse order. */
const POLYNOMIAL = 0x82f6_3b78;
const SLICES = 8;

/** Table k, from `k * 256` on, holds the checksum of each byte that is followed by k zeros. */
const TABLES = tables();
const ZEROS_1 = 1 << 8;
const ZEROS_2 = 2 << 8;
const ZEROS_3 = 3 << 8;
const ZEROS_4 = 4 << 8;
const ZEROS_5 = 5 << 8;
const ZEROS_6 = 6 << 8;
const ZEROS_7 = 7 << 8;

/** @returns an unsigned 32-bit integer */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  let at = 0;
  for (; at + SLICES <= bytes.length; at += SLICES) {
    crc ^= byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    crc =
      slice(ZEROS_7, crc & 0xff) ^
      slice(ZEROS_6, (crc >>> 8) & 0xff) ^
      slice(ZEROS_5, (crc >>> 16) & 0xff) ^
      slice(ZEROS_4, crc >>> 24) ^
      slice(ZEROS_3, byte(bytes, at + 4)) ^
      slice(ZEROS_2, byte(bytes, at + 5)) ^
      slice(ZEROS_1, byte(bytes, at + 6)) ^
      slice(0, byte(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ slice(0, (crc ^ byte(bytes, at)) & 0xff);
  return ~crc >>> 0;
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] as number;
const slice = (table: number, value: number): number => TABLES[table + value] as number;

function tables(): Int32Array {
  const all = new Int32Array(SLICES << 8);
  for (let value = 0; value < 256; value += 1) {
    let crc = value;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    all[value] = crc;
  }
  for (let place = 256; place < all.length; place += 1) {
    const before = all[place - 256] as number;
    all[place] = (before >>> 8) ^ (all[before & 0xff] as number);
  }
  return all;
}
