/// One kind of value: how it is read from YAML, how JSON Schema describes it, and how it is shown.
///
/// Reader and JSON Schema come from the same form, so they say the same.
struct ValueForm<Value: Sendable>: Sendable {
    /// What a person is told is wanted: "a size such as 50 MB".
    let wanted: String
    let schema: JSONValue
    /// Nil where the node is not such a value, which is then reported. The label names the value in messages.
    let read: @Sendable (_ node: YAMLNode, _ label: String, _ reading: FileReading) -> Value?
    /// For `config show` and for the defaults in the schema; nil for mappings, whose members are shown singly.
    let show: (@Sendable (Value) -> JSONValue)?
}

/// Why a text is not the value that is wanted.
struct Misfit: Error {
    /// Goes on after the quoted text: `has no unit`.
    var reason: String
    /// Words that would have been right.
    var known: [String] = []
    /// The word that is surely meant.
    var meant: String?
}

extension ValueForm {
    /// A value written as one text.
    static func scalar(
        _ wanted: String, schema: JSONValue, show: @escaping @Sendable (Value) -> JSONValue, hidesValue: Bool = false,
        parse: @escaping @Sendable (String) throws(Misfit) -> Value
    ) -> ValueForm {
        ValueForm(
            wanted: wanted, schema: schema,
            read: { node, label, reading in
                guard let text = reading.text(of: node, label, wanted: wanted) else { return nil }
                do throws(Misfit) {
                    return try parse(text)
                } catch {
                    let found = hidesValue ? "the text" : Quoted.text(text)
                    let isLong = error.known.count > 4
                    let suggestion = Nearest.suggestion(for: error.meant ?? text, among: error.meant.map { [$0] } ?? error.known)
                    reading.findings.report(
                        "bad-value", at: node.place,
                        "\(label) takes \(isLong ? "one of a few words" : wanted); \(found) \(error.reason)\(suggestion)",
                        notes: isLong ? ["allowed: \(error.known.joined(separator: ", "))"] : [], hidesValue: hidesValue)
                    return nil
                }
            }, show: show)
    }

    /// The same value with the place where it stands.
    var located: ValueForm<Located<Value>> {
        let show = show
        let read = read
        var showValue: (@Sendable (Located<Value>) -> JSONValue)?
        if let show { showValue = { show($0.value) } }
        return ValueForm<Located<Value>>(
            wanted: wanted, schema: schema,
            read: { node, label, reading in read(node, label, reading).map { Located($0, at: node.place) } },
            show: showValue)
    }

    /// A list of such values; wrong ones are reported and left out.
    func list(of plural: String, atLeast minimum: Int = 0, atMost maximum: Int? = nil) -> ValueForm<[Value]> {
        let show = show
        let item = read
        var showList: (@Sendable ([Value]) -> JSONValue)?
        if let show { showList = { .array($0.map(show)) } }
        return ValueForm<[Value]>(
            wanted: "a list of \(plural)",
            schema: .object([
                "type": "array", "items": schema, "minItems": minimum > 0 ? .integer(minimum) : nil,
                "maxItems": maximum.map { .integer($0) },
            ]),
            read: { node, label, reading in
                guard case .list(let nodes) = node.content else {
                    reading.reportKind(of: node, label, wanted: "a list of \(plural)")
                    return nil
                }
                if nodes.count < minimum {
                    reading.findings.report(
                        "bad-value", at: node.place, "\(label) needs at least \(minimum) item\(minimum == 1 ? "" : "s")")
                }
                if let maximum, nodes.count > maximum {
                    reading.findings.report(
                        "bad-value", at: nodes[maximum].place, "\(label) takes \(maximum) items at most, not \(nodes.count)")
                }
                return nodes.prefix(maximum ?? nodes.count).enumerated().compactMap { index, node in
                    reading.descending(into: node.itemLabel(index)) { item(node, "an item of \(label)", reading) }
                }
            },
            show: showList)
    }
}

extension ValueForm where Value: Hashable {
    /// A list of such values with their places, none of them twice.
    func distinctList(of plural: String, atLeast minimum: Int = 0) -> ValueForm<[Located<Value>]> {
        let list = located.list(of: plural, atLeast: minimum)
        return ValueForm<[Located<Value>]>(
            wanted: list.wanted, schema: list.schema.adding(["uniqueItems": true]),
            read: { node, label, reading in
                guard let items = list.read(node, label, reading) else { return nil }
                var first: [Value: SourcePlace] = [:]
                return items.filter { item in
                    guard let other = first.updateValue(item.place, forKey: item.value) else { return true }
                    reading.findings.report(
                        "duplicate-value", at: item.place, "this stands in \(label) twice",
                        related: [RelatedPlace(other.position, "the other one")])
                    return false
                }
            }, show: list.show)
    }
}
