package import Mail

/// How a list is sorted (F30). Equal keys go by UID.
package enum ListOrder: String, Sendable, Hashable, CaseIterable, Codable {
    /// When the message came (`INTERNALDATE`).
    case date
    /// By base subject, without case.
    case subject
    /// By the sender's name, or address, without case.
    case sender
    case size
}

/// What a page of a list shows.
package struct ListRequest: Sendable, Hashable {
    package var order: ListOrder
    package var descending: Bool
    package var unreadOnly: Bool
    /// Only messages with this tag.
    package var tag: Tag?
    /// Where the page begins: nil for the first one.
    package var cursor: ListCursor?
    /// At most `StoreLimits.page`.
    package var limit: Int

    package init(
        order: ListOrder = .date, descending: Bool = true, unreadOnly: Bool = false, tag: Tag? = nil, cursor: ListCursor? = nil,
        limit: Int = 50
    ) {
        self.order = order
        self.descending = descending
        self.unreadOnly = unreadOnly
        self.tag = tag
        self.cursor = cursor
        self.limit = limit
    }
}

/// A page of a list.
package struct ListPage: Sendable {
    package let rows: [MessageListing]
    /// For the page behind, nil where there is none.
    package let next: ListCursor?
    /// For the page before, nil where there is none.
    package let previous: ListCursor?
}
