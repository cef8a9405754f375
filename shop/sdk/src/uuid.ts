let last = 0;
let count = 0;

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, "0");

/** A UUIDv7 of a time, greater than every one before it on this page, also when the clock jumps back. */
export function uuidv7(now: number = Date.now()): string {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint32Array(3));
  if (now > last) {
    last = now;
    count = c & 0x7ff;
  } else if (++count > 0xfff) {
    last++;
    count = 0;
  }
  const time = hex(last, 12).replace(/.{8}/, "$&-");
  return `${time}-7${hex(count, 3)}-${hex(0x8000 | (a & 0x3fff), 4)}-${hex(a >>> 16, 4)}${hex(b, 8)}`;
}
