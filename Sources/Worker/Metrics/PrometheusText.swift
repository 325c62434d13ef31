internal import LocalSocket

/// The words of Prometheus' text format, version 0.0.4.
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`: everything else becomes `_`.
    static func name(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar == ":"
            let isDigit = ("0"..."9").contains(scalar) && !name.isEmpty
            name.unicodeScalars.append(isLetter || isDigit ? scalar : "_")
        }
        return name.isEmpty ? "_" : name
    }

    /// `{a="1",b="2"}`, or nothing.
    static func labels(_ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return "" }
        return "{" + dimensions.map { "\(name($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    /// The same labels with one more behind them.
    static func adding(_ label: String, _ value: String, to labels: String) -> String {
        let more = "\(label)=\"\(value)\""
        return labels.isEmpty ? "{\(more)}" : "\(labels.dropLast()),\(more)}"
    }

    static func line(_ name: String, _ labels: String, _ value: Double) -> String { "\(name)\(labels) \(number(value))\n" }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        guard let whole = Int64(exactly: value) else { return "\(value)" }
        return String(whole)
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension MetricsRegistry {
    /// Everything measured, one family after another.
    var text: String {
        var text = ""
        for (name, family) in snapshot {
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) { series.write(name, labels, to: &text) }
        }
        return text
    }
}

extension HealthReport {
    /// What `status` shows of the program, as gauges: `imap.connections` is `malaposta_imap_connections`.
    var metricsText: String {
        let health = current
        var gauges: [(String, String, Double)] = [
            ("malaposta_build_info", PrometheusText.labels([("program", health.program), ("version", health.version)]), 1),
            ("malaposta_healthy", "", health.state == .healthy ? 1 : 0),
            ("malaposta_problems", "", Double(health.problems.count)),
        ]
        if let generation = health.generation { gauges.append(("malaposta_generation", "", Double(generation))) }
        gauges += health.figures.sorted { $0.key < $1.key }.map {
            ("malaposta_\(PrometheusText.name($0.key))", "", Double($0.value))
        }
        return gauges.map { "# TYPE \($0.0) gauge\n" + PrometheusText.line($0.0, $0.1, $0.2) }.joined()
    }
}
