/// A key of a mapping, with the kind of its value.
struct Field<Value: Sendable>: Sendable {
    enum Presence: Sendable {
        case required
        case optional
        /// Used where the key is absent.
        case fallback(Value)
        /// A mapping all of whose keys may be absent; an absent one is read as an empty one.
        case section
    }

    let key: String
    let form: ValueForm<Value>
    let presence: Presence
    /// One or two sentences for editors and `config schema`.
    let about: String

    static func required(_ key: String, _ form: ValueForm<Value>, _ about: String) -> Field {
        Field(key: key, form: form, presence: .required, about: about)
    }

    static func optional(_ key: String, _ form: ValueForm<Value>, _ about: String) -> Field {
        Field(key: key, form: form, presence: .optional, about: about)
    }

    static func optional(_ key: String, _ form: ValueForm<Value>, default value: Value, _ about: String) -> Field {
        Field(key: key, form: form, presence: .fallback(value), about: about)
    }

    static func section(_ key: String, _ form: ValueForm<Value>, _ about: String) -> Field {
        Field(key: key, form: form, presence: .section, about: about)
    }
}

/// A field as the table of a mapping sees it.
protocol AnyField: Sendable {
    var key: String { get }
    var isRequired: Bool { get }
    /// Its JSON Schema, with description and default.
    var schema: JSONValue { get }
}

extension Field: AnyField {
    var isRequired: Bool {
        if case .required = presence { true } else { false }
    }

    var schema: JSONValue {
        var shown: JSONValue?
        if case .fallback(let value) = presence { shown = form.show?(value) }
        return form.schema.adding(["description": .string(about), "default": shown])
    }
}
