internal import NIOCore

/// What a field may be: a text, a number, a flag, fields, a list of fields, or a list of texts.
protocol FieldValue: Sendable {
    /// Whether sections of it are shown: those of what is false or empty are not.
    var isShown: Bool { get }
    /// Writes it where its name stands; fields and lists are nothing there.
    func write(to output: inout ByteBuffer)
    /// Shows a section, for a list once for each item.
    func show(_ inner: [Template.Piece], in renderer: inout TemplateRenderer)
    func member(_ name: String) -> (any FieldValue)?
}

extension FieldValue {
    var isShown: Bool { true }
    func write(to output: inout ByteBuffer) {}
    func show(_ inner: [Template.Piece], in renderer: inout TemplateRenderer) { renderer.write(inner) }
    func member(_ name: String) -> (any FieldValue)? { nil }
}

/// What a list may have for an item.
protocol FieldItem: FieldValue {
    func showItem(_ inner: [Template.Piece], in renderer: inout TemplateRenderer)
}

extension Bool: FieldValue {
    var isShown: Bool { self }
    func write(to output: inout ByteBuffer) { output.writeStaticString(self ? "true" : "false") }
}

extension Int: FieldValue {
    func write(to output: inout ByteBuffer) { output.writeString(String(self)) }
}

extension String: FieldItem {
    var isShown: Bool { !isEmpty }
    func write(to output: inout ByteBuffer) { HTMLEscape.write(self, to: &output) }
    func showItem(_ inner: [Template.Piece], in renderer: inout TemplateRenderer) { renderer.write(inner, item: self) }
}

extension Dictionary: FieldValue, FieldItem where Key == String, Value == any FieldValue {
    func show(_ inner: [Template.Piece], in renderer: inout TemplateRenderer) { renderer.write(inner, within: self) }
    func showItem(_ inner: [Template.Piece], in renderer: inout TemplateRenderer) { renderer.write(inner, within: self) }
    func member(_ name: String) -> (any FieldValue)? { self[name] }
}

extension Array: FieldValue where Element: FieldItem {
    var isShown: Bool { !isEmpty }
    func show(_ inner: [Template.Piece], in renderer: inout TemplateRenderer) {
        for item in self { item.showItem(inner, in: &renderer) }
    }
}
