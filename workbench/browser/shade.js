// Shows one class in full, and the points of all others faintly.
//
// args: highlighted: source whose column `label` has the class, or -1 if no class is highlighted; sources: {source with
// a column `label`: the columns of opacities, each named after the column that has their full values}.
const FAINT = 0.07
const [chosen] = highlighted.data.label
for (const [source, columns] of sources) {
    // New columns come with their full values.
    if (cb_obj === source && chosen === -1) continue
    const {label} = source.data
    for (const [shown, full] of columns) {
        const [to, from] = [source.data[shown], source.data[full]]
        for (let i = 0; i < label.length; i++) to[i] = from[i] * (chosen === -1 || label[i] === chosen ? 1 : FAINT)
    }
    source.change.emit()
}
