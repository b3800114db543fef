// Makes and fills HTML elements.

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}
