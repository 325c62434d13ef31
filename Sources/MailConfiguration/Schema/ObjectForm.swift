extension ValueForm {
    /// A mapping with known keys.
    ///
    /// - Parameter name: as a message names it: "a tenant", "dmarc".
    /// - Parameter build: makes the value; nil where a key that it cannot do without is missing or wrong.
    static func object(
        _ name: String, _ fields: [any AnyField], build: @escaping @Sendable (ObjectReader) -> Value?
    ) -> ValueForm {
        let keys = fields.map(\.key)
        return ValueForm(
            wanted: "a mapping with \(Quoted.list(keys.sorted(), "or"))",
            schema: .object([
                "type": "object",
                "properties": .object(fields.map { JSONMember(key: $0.key, value: $0.schema) }),
                "required": fields.contains(where: \.isRequired) ? .strings(fields.filter(\.isRequired).map(\.key)) : nil,
                "additionalProperties": false,
            ]),
            read: { node, label, reading in
                guard case .mapping(let entries) = node.content else {
                    reading.reportKind(of: node, label, wanted: "a mapping")
                    return nil
                }
                let object = ObjectReader(name: name, entries: entries, place: node.place, reading: reading)
                object.reportUnknown(keys)
                let value = build(object)
                if value == nil { reading.isIncomplete = true }
                return value
            }, show: nil)
    }
}

/// Reads the fields of one mapping.
struct ObjectReader {
    let name: String
    let entries: [YAMLEntry]
    /// Of its first key.
    let place: SourcePlace
    let reading: FileReading

    var findings: Findings { reading.findings }

    /// A field's value, or its default; nil where it is absent without one, or wrong without one. Reports what is wrong.
    func value<Value>(_ field: Field<Value>) -> Value? {
        let entry = entries.first { $0.key == field.key }
        return reading.descending(into: field.key) { read(field, entry) }
    }

    /// The same, with its place; nil also where the key is absent.
    func located<Value>(_ field: Field<Value>) -> Located<Value>? {
        guard let value = value(field), let entry = entries.first(where: { $0.key == field.key }) else { return nil }
        return Located(value, at: entry.value.place)
    }

    /// Where a key stands; nil where it is absent.
    func keyPlace<Value>(_ field: Field<Value>) -> SourcePlace? { entries.first { $0.key == field.key }?.keyPlace }

    private func read<Value>(_ field: Field<Value>, _ entry: YAMLEntry?) -> Value? {
        guard let entry else { return absent(field) }
        let value = field.form.read(entry.value, entry.key, reading)
        if let value, let show = field.form.show { reading.record(show(value), from: entry.value.place.position) }
        guard value == nil, case .fallback(let fallback) = field.presence else { return value }
        return fallback
    }

    private func absent<Value>(_ field: Field<Value>) -> Value? {
        switch field.presence {
        case .required:
            findings.report("missing-key", at: place, "\(name) needs the key \"\(field.key)\": \(field.form.wanted)")
            return nil
        case .optional: return nil
        case .fallback(let fallback):
            if let show = field.form.show { reading.record(show(fallback), from: nil) }
            return fallback
        case .section:
            return field.form.read(YAMLNode(content: .mapping([]), place: place), field.key, reading)
        }
    }

    func reportUnknown(_ known: [String]) {
        for entry in entries where !known.contains(entry.key) {
            findings.report(
                "unknown-key", at: entry.keyPlace,
                "\(name) has no key \(Quoted.text(entry.key))\(Nearest.suggestion(for: entry.key, among: known))",
                notes: ["allowed: \(known.sorted().joined(separator: ", "))"])
        }
    }
}
