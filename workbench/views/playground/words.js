// Elements of HTML, and numbers as texts.

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

const raised = (power) => [...String(power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(sign)]).join("")

// A number in words that fit on a page: never NaN, never 17 digits.
function number(x, digits = 3) {
  if (Number.isNaN(x)) return "no number"
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞"
  const size = Math.abs(x)
  if (size > 0 && (size >= 1e6 || size < 1e-4)) {
    const [mantissa, exponent] = x.toExponential(1).split("e")
    return `${mantissa}·10${raised(Number(exponent))}`.replace("-", "−")
  }
  return (size >= 1000 ? x.toFixed(0) : Number(x.toPrecision(digits)).toString()).replace("-", "−")
}
const degrees = (angle) => `${((180 / Math.PI) * angle).toFixed(1).replace("-", "−")}°`
