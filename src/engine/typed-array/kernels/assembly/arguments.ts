// Kernels take one byte address, of Int32 words: pointers are byte addresses, counts and strides are in f32 elements,
// floats are stored as their bits.

/** The word at `index` as a count, stride or flag. */
@inline
export function integer(args: usize, index: i32): i32 {
  return load<i32>(args + (<usize>index << 2));
}

/** The word at `index` as a byte address. */
@inline
export function pointer(args: usize, index: i32): usize {
  return <usize>load<u32>(args + (<usize>index << 2));
}

/** The word at `index` as an f32. */
@inline
export function float(args: usize, index: i32): f32 {
  return load<f32>(args + (<usize>index << 2));
}

/** A stride or an offset of `elements` f32 elements in bytes. */
@inline
export function bytes(elements: i32): usize {
  return <usize>elements << 2;
}
