package import Store

/// How a person sorts a list (F30).
package struct ChosenOrder: Sendable, Hashable {
    package var order: ListOrder
    package var descending: Bool

    /// The newest first.
    package static let usual = ChosenOrder(.date, descending: true)

    package init(_ order: ListOrder, descending: Bool) {
        self.order = order
        self.descending = descending
    }

    /// As an address says it: `sort=subject`, and `up=0` or `up=1` where the direction is not the order's own.
    init?(_ fields: FormFields) {
        guard let order = fields["sort"].flatMap({ ListOrder(rawValue: $0) }) else { return nil }
        self.init(order, descending: fields["up"].map { $0 != "1" } ?? Self.descends(order))
    }

    /// The latest and the largest come first, subjects and senders from A on.
    static func descends(_ order: ListOrder) -> Bool { order == .date || order == .size }

    /// `up=` of the address, nil for the order's own direction.
    var direction: String? { descending == Self.descends(order) ? nil : descending ? "0" : "1" }

    /// `subject.up`.
    var text: String { "\(order.rawValue).\(descending ? "down" : "up")" }

    init?(text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let order = ListOrder(rawValue: String(parts[0])) else { return nil }
        self.init(order, descending: parts[1] == "down")
    }
}
