// What stands beside the pictures of a figure: a question to answer first, controls, numbers, and a sentence on what is
// shown.
//
// place: where they are put; redraw: called when something has changed.

const QUIET_MILLISECONDS = 350

function makeControls(place, redraw) {
  const tools = make("div", {className: "tools"})
  const numbers = make("dl", {className: "numbers"})
  // What is said is read out from an element of its own, once things stand still.
  const caption = make("p", {className: "caption", ariaHidden: "true"})
  const spoken = make("p", {className: "spoken", ariaLive: "polite"})
  place.append(tools, numbers, caption, spoken)
  let quiet = 0,
    description = ""

  // Whether the numbers that a question asks for are shown.
  const controls = {revealed: true}

  // Numbers, as [name, value, look]; those that a question asks for stay hidden until it is answered.
  controls.showNumbers = (rows) => {
    rows.forEach(([name, value, look = ""], i) => {
      let [term, figure] = [numbers.children[2 * i], numbers.children[2 * i + 1]]
      if (!term) {
        term = numbers.appendChild(make("dt", {}))
        figure = numbers.appendChild(make("dd", {}))
      }
      const shown = look.includes("asked") && !controls.revealed ? "?" : value
      if (term.textContent !== name) term.textContent = name
      if (figure.textContent !== shown) figure.textContent = shown
      if (figure.className !== look) figure.className = term.className = look
    })
    while (numbers.children.length > 2 * rows.length) numbers.lastChild.remove()
  }

  // A sentence on what is shown; read out once things stand still.
  controls.describe = (text) => {
    if (text === description) return
    description = caption.textContent = text
    clearTimeout(quiet)
    quiet = setTimeout(() => (spoken.textContent = text), QUIET_MILLISECONDS)
  }

  controls.slider = ({label, min, max, step, value, text = number, change}) => {
    const shown = make("b", {textContent: text(value)})
    const input = make("input", {type: "range", min, max, step, ariaLabel: label})
    input.value = value
    const tell = () => {
      shown.textContent = text(Number(input.value))
      input.setAttribute("aria-valuetext", shown.textContent)
    }
    tell()
    input.addEventListener("input", () => {
      tell()
      change(Number(input.value))
      redraw()
    })
    tools.append(make("label", {className: "slider"}, make("span", {textContent: label}), shown, input))
    return {
      set: (next) => {
        input.value = next
        tell()
      },
    }
  }
  controls.select = ({label, options, value, change}) => {
    const input = make(
      "select",
      {ariaLabel: label},
      ...options.map(([key, text]) => make("option", {value: key, textContent: text})),
    )
    input.value = value
    input.addEventListener("change", () => {
      change(input.value)
      redraw()
    })
    tools.append(make("label", {className: "select"}, make("span", {textContent: label}), input))
    return input
  }
  controls.check = ({label, value, change}) => {
    const input = make("input", {type: "checkbox", checked: value})
    input.addEventListener("change", () => {
      change(input.checked)
      redraw()
    })
    tools.append(make("label", {className: "check"}, input, make("span", {textContent: label})))
  }
  controls.button = ({label, press}) => {
    const button = make("button", {type: "button", textContent: label})
    button.addEventListener("click", () => {
      press()
      redraw()
    })
    tools.append(button)
    return button
  }

  // A question whose answer is guessed before the numbers are shown: {question, choices, right, because}.
  controls.predict = ({question, choices, right, because}) => {
    controls.revealed = false
    const answer = make("p", {className: "answer", role: "status"})
    const buttons = choices.map((choice, i) => {
      const button = make("button", {type: "button", textContent: choice})
      button.addEventListener("click", () => {
        controls.revealed = true
        buttons.forEach((each, j) => {
          each.setAttribute("aria-pressed", i === j)
          each.classList.toggle("right", j === right)
        })
        answer.textContent = `${i === right ? "Yes." : "Not quite."} ${because}`
        redraw()
      })
      return button
    })
    const ask = make("div", {className: "choices", role: "group", ariaLabel: question}, ...buttons)
    place.prepend(
      make(
        "section",
        {className: "question"},
        make("p", {}, make("b", {textContent: "Guess first: "}), question),
        ask,
        answer,
      ),
    )
  }

  controls.end = () => clearTimeout(quiet)

  return controls
}
