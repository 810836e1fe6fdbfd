// The last one to three elements of a row use the same vector operations as the others. A vector may be loaded past the row's end (the host
// reserves 64 bytes after the last array), but those lanes are never used or stored.

/** All bits set in the first `count` lanes. */
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Stores the first `count` lanes, all four if there are more, none if count is not positive. */
@inline
export function storeLanes(address: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, value);
  } else if (count > 0) {
    v128.store32_lane(address, value, 0);
    if (count > 1) v128.store32_lane(address, value, 1, 4);
    if (count > 2) v128.store32_lane(address, value, 2, 8);
  }
}

/** The sum of the four lanes: the even ones, then the odd ones. */
@inline
export function sumOfLanes(value: v128): f32 {
  const even = f32x4.extract_lane(value, 0) + f32x4.extract_lane(value, 2);
  return even + (f32x4.extract_lane(value, 1) + f32x4.extract_lane(value, 3));
}
