/// What stands in a YAML file, with its place.
struct YAMLNode {
    enum Content {
        /// Text as written between quotes, or without them. Empty and `~` without quotes are no value.
        case scalar(String)
        case missing
        /// Something that is not read here, which is already reported.
        case refused
        case list([YAMLNode])
        case mapping([YAMLEntry])
    }

    var content: Content
    var place: SourcePlace

    /// As a message names it.
    var kind: String {
        switch content {
        case .scalar: "text"
        case .missing, .refused: "nothing"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A key and its value.
struct YAMLEntry {
    var key: String
    var keyPlace: SourcePlace
    var value: YAMLNode
}
