internal import Mail

extension ValueForm where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> ValueForm {
        .scalar(
            range.count == 1
                ? "the number \(range.lowerBound)" : "a number from \(range.lowerBound) to \(range.upperBound)",
            schema: .object([
                "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
            ]),
            show: { .integer($0) },
            parse: { text throws(Misfit) in
                guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    throw Misfit(reason: "is not a number")
                }
                guard let number = Int(text), range.contains(number) else { throw Misfit(reason: "is out of range") }
                return number
            })
    }
}

extension ValueForm where Value == Bool {
    static var boolean: ValueForm {
        .scalar(
            "true or false", schema: .object(["type": "boolean"]), show: { .boolean($0) },
            parse: { text throws(Misfit) in
                switch text {
                case "true": return true
                case "false": return false
                case "yes", "Yes", "YES", "on", "On", "True", "TRUE": throw Misfit(reason: "is neither", meant: "true")
                case "no", "No", "NO", "off", "Off", "False", "FALSE": throw Misfit(reason: "is neither", meant: "false")
                default: throw Misfit(reason: "is neither", known: ["true", "false"])
                }
            })
    }
}

extension ValueForm where Value: RawRepresentable & CaseIterable & Hashable, Value.RawValue == String {
    /// One of a few words.
    static func choice() -> ValueForm {
        let words = Value.allCases.map(\.rawValue)
        return .scalar(
            Quoted.list(words, "or"), schema: .object(["enum": .strings(words)]), show: { .string($0.rawValue) },
            parse: { text throws(Misfit) in
                guard let value = Value(rawValue: text) else { throw Misfit(reason: "is none of them", known: words) }
                return value
            })
    }
}

extension ValueForm where Value == ByteCount {
    /// A number and a unit: `50 MB`. 1 KB is 1024 octets.
    static func size(_ range: ClosedRange<ByteCount>) -> ValueForm {
        .scalar(
            "a size such as 50 MB, from \(range.lowerBound) to \(range.upperBound)",
            schema: .object(["type": "string", "pattern": "^[0-9]+ ?(B|KB|MB|GB|TB)$"]), show: { .string(SizeText.write($0)) },
            parse: { text throws(Misfit) in
                let size = try SizeText.read(text)
                guard range.contains(size) else { throw Misfit(reason: "is out of range") }
                return size
            })
    }
}

extension ValueForm where Value == Duration {
    /// A number and a unit: `7d`.
    static func duration(_ range: ClosedRange<Duration>) -> ValueForm {
        let bounds = "\(DurationText.write(range.lowerBound)) to \(DurationText.write(range.upperBound))"
        return .scalar(
            "a duration such as 7d, 12h or 30s, from \(bounds)",
            schema: .object(["type": "string", "pattern": "^[0-9]+(s|m|h|d)$"]), show: { .string(DurationText.write($0)) },
            parse: { text throws(Misfit) in
                let duration = try DurationText.read(text)
                guard range.contains(duration) else { throw Misfit(reason: "is out of range") }
                return duration
            })
    }
}
