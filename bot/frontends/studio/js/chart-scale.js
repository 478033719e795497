// Round values for axes, and numbers as short as they can be read. Pure.

/** Round values that cover a span. */
export function niceTicks(low, high, about) {
  const rough = (high - low) / Math.max(about, 1) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough - 1e-12);
  const first = Math.floor(low / step + 1e-9) * step;
  const count = Math.round((Math.ceil(high / step - 1e-9) * step - first) / step);
  return Array.from({ length: count + 1 }, (_, i) => Number((first + i * step).toPrecision(12)));
}

/** A number as short as it can be read. */
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text =
    size >= 100
      ? value.toFixed(0)
      : size >= 10
        ? value.toFixed(1)
        : size >= 0.01
          ? value.toFixed(3)
          : value.toPrecision(2);
  return String(Number(text)).replace("-", "−");
}
