/** Computes the steps of plain.json one after another, for one sample after another. */

/** What an activation may call: the names of `EXPRESSIONS` in __init__.py. */
const OPERATIONS = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  exp: Math.exp,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
};

/** `expr` of the value `x`: null is the value itself, a list is a call, a number is a number. */
function evaluate(expr, x) {
  if (expr === null) return x;
  if (!Array.isArray(expr)) return expr;
  const [operation, ...operands] = expr;
  return OPERATIONS[operation](...operands.map((operand) => evaluate(operand, x)));
}

/** By the kind of step: the values of `y` before the activation. */
const KERNELS = {
  /** Weights lie in panels of four columns, (size / 4, inputs, 4). */
  dense({ inputs, size, weight, bias }, x, y, weights) {
    for (let i = 0; i < size; i++) {
      const column = weight + (i >> 2) * inputs * 4 + (i & 3);
      let sum = weights[bias + i];
      for (let k = 0; k < inputs; k++) sum += x[k] * weights[column + 4 * k];
      y[i] = sum;
    }
  },

  softmax({ size, channels }, x, y) {
    for (let start = 0; start < size; start += channels) {
      const pixel = x.subarray(start, start + channels);
      const largest = Math.max(...pixel);
      const powers = Array.from(pixel, (value) => Math.exp(value - largest));
      const sum = powers.reduce((a, b) => a + b);
      y.set(powers.map((power) => power / sum), start);
    }
  },
};

/** docs/bundle.md tells what a backend's module is given, and what a device is. */
export async function create({ entry, weights, file }) {
  const [program, values] = await Promise.all([file(entry.program), weights]);
  const { slots, inputs, outputs, steps } = JSON.parse(new TextDecoder().decode(program));
  const memory = slots.map((size) => new Float32Array(size));

  function compute() {
    for (const step of steps) {
      const y = memory[step.y];
      KERNELS[step.kind](step, memory[step.x], y, values);
      for (let i = 0; i < step.size; i++) y[i] = evaluate(step.activation, y[i]);
    }
  }

  return {
    run(given, n) {
      const made = outputs.map(({ pixels, channels }) => new Float32Array(n * pixels * channels));
      for (let sample = 0; sample < n; sample++) {
        // samples have one channel after another, slots one pixel after another
        inputs.forEach(({ slot, pixels, channels }, i) => {
          const start = sample * pixels * channels;
          for (let p = 0; p < pixels; p++) {
            for (let c = 0; c < channels; c++) memory[slot][p * channels + c] = given[i][start + c * pixels + p];
          }
        });
        compute();
        outputs.forEach(({ slot, pixels, channels }, i) => {
          const start = sample * pixels * channels;
          for (let p = 0; p < pixels; p++) {
            for (let c = 0; c < channels; c++) made[i][start + c * pixels + p] = memory[slot][p * channels + c];
          }
        });
      }
      return made;
    },
    info: "CPU",
    lost: new Promise(() => {}),
    destroy() {},
  };
}
