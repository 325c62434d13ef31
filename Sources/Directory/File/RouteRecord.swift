internal import Mail
internal import MailConfiguration

extension Route: PlainRecord {
    package func write(to writer: inout RecordWriter) {
        writer.object { writer in
            switch self {
            case .account(let id): Self.write("account", to: &writer) { $0.text(id.hex) }
            case .alias(let targets): Self.write("alias", to: &writer) { $0.list(targets) { $0.text($1.description) } }
            case .group(let group): Self.write("group", to: &writer) { group.write(to: &$0) }
            case .waiting: writer.emptyField("waiting")
            }
        }
    }

    /// How the record of a group begins.
    static let groupMark = Array(#"{"group":"#.utf8)

    /// A case with its one value, as `Codable` has it.
    private static func write(_ name: String, to writer: inout RecordWriter, _ value: (inout RecordWriter) -> Void) {
        writer.key(name)
        writer.object { writer in
            writer.key("_0")
            value(&writer)
        }
    }

    package init(from reader: inout RecordReader) throws {
        var route: Route?
        try reader.object { reader, name in
            switch name {
            case "account": try reader.object { reader, _ in route = AccountID(hex: try reader.text()).map { .account($0) } }
            case "alias": try reader.object { reader, _ in route = .alias(try reader.list { try Address($0.text()) }) }
            case "group": try reader.object { reader, _ in route = .group(try GroupRoute(from: &reader)) }
            case "waiting":
                route = .waiting
                try reader.skip()
            default: try reader.skip()
            }
        }
        guard let route else { throw RecordError(offset: 0) }
        self = route
    }
}

extension GroupRoute {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.object { writer in
            if let address { writer.field("address", address.description) }
            writer.field("id", id)
            writer.field("maySend", maySend.rawValue)
            writer.key("members")
            writer.list(members) { $0.text($1.description) }
            writer.field("name", name)
        }
    }

    fileprivate init(from reader: inout RecordReader) throws {
        self.init(id: "", name: "", members: [])
        try reader.object { reader, field in
            switch field {
            case "address": address = try Address(reader.text())
            case "id": id = try reader.text()
            case "maySend":
                guard let senders = GroupSenders(rawValue: try reader.text()) else { throw RecordError(offset: 0) }
                maySend = senders
            case "members": members = try reader.list { try Address($0.text()) }
            case "name": name = try reader.text()
            default: try reader.skip()
            }
        }
    }
}
