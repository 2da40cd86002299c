// Four output values in SLICES invocations of a workgroup: each sums every SLICES-th block of four inputs.
?sliced var<workgroup> part: array<vec4f, 64>;
@compute @workgroup_size(64) fn main(@builtin(workgroup_id) g: vec3u, @builtin(local_invocation_index) local: u32) {
  let id = i32(local);
  let p = i32(g.x + g.y * (ROW / 64)) * (64 / SLICES) + id / SLICES;
  let z = i32(g.z);
  ?sliced var a = vec4f();
  ?!sliced if (p >= PANELS) { return; }
  ?!sliced var a = w[BIAS + p];
  for (var b = id % SLICES; b < BLOCKS; b += SLICES) {
    ?!ragged let k = WEIGHT + p * K + b * 4;
    ?!ragged let v = x[z * BLOCKS + b];
    ?ragged let c = b % ICP;
    ?ragged let k = WEIGHT + p * K + b / ICP * IC + c * 4;
    ?ragged let v = select(x[z * BLOCKS + b], vec4f(), c * 4 + vec4i(0, 1, 2, 3) >= vec4i(IC));
    a += v[$l] * w[k + $l];
  }
  ?sliced part[id] = a;
  ?sliced workgroupBarrier();
  ?sliced if (id % SLICES != 0 || p >= PANELS) { return; }
  ?sliced a = w[BIAS + p];
  ?sliced for (var s = 0; s < SLICES; s++) { a += part[id + s]; }
  y[z * PANELS + p] = act(a);
}
