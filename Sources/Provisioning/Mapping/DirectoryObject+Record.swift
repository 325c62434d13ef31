package import Directory
internal import MailConfiguration

extension DirectoryObject: PlainRecord {
    package func write(to writer: inout RecordWriter) {
        writer.object { writer in
            writer.key("addresses")
            writer.list(addresses)
            if let displayName { writer.field("displayName", displayName) }
            writer.key("findings")
            writer.list(findings) { $1.write(to: &$0) }
            writer.key("isSuspended")
            writer.flag(isSuspended)
            writer.field("key", key)
            if let language { writer.field("language", language.rawValue) }
            writer.key("logins")
            writer.list(logins)
            Self.write("managers", managers, to: &writer)
            writer.key("memberOf")
            writer.list(memberOf)
            Self.write("members", members, to: &writer)
            writer.field("name", name)
            if let passwordMark { writer.field("passwordMark", passwordMark) }
            if let quota { writer.field("quota", quota) }
            Self.write("readers", readers, to: &writer)
            if let rights {
                writer.key("rights")
                writer.list(rights) { $0.text($1.rawValue) }
            }
            if let senders { writer.field("senders", senders.rawValue) }
            Self.write("targets", targets, to: &writer)
            Self.write("writers", writers, to: &writer)
        }
    }

    private static func write(_ name: String, _ references: [MemberReference], to writer: inout RecordWriter) {
        writer.key(name)
        writer.list(references) { $1.write(to: &$0) }
    }

    package init(from reader: inout RecordReader) throws {
        self.init(name: "", key: "")
        try reader.object { reader, field in
            switch field {
            case "addresses": addresses = try reader.texts()
            case "displayName": displayName = try reader.text()
            case "findings": findings = try reader.list { try DirectoryFinding(from: &$0) }
            case "isSuspended": isSuspended = try reader.flag()
            case "key": key = try reader.text()
            case "language": language = Language(rawValue: try reader.text())
            case "logins": logins = try reader.texts()
            case "managers": managers = try Self.references(&reader)
            case "memberOf": memberOf = try reader.texts()
            case "members": members = try Self.references(&reader)
            case "name": name = try reader.text()
            case "passwordMark": passwordMark = try reader.text()
            case "quota": quota = try reader.number()
            case "readers": readers = try Self.references(&reader)
            case "rights": rights = try reader.list { try Self.value($0.text()) }
            case "senders": senders = try Self.value(reader.text()) as GroupSenders
            case "targets": targets = try Self.references(&reader)
            case "writers": writers = try Self.references(&reader)
            default: try reader.skip()
            }
        }
    }

    private static func references(_ reader: inout RecordReader) throws -> [MemberReference] {
        try reader.list { try MemberReference(from: &$0) }
    }

    private static func value<Value: RawRepresentable<String>>(_ text: String) throws -> Value {
        guard let value = Value(rawValue: text) else { throw RecordError(offset: 0) }
        return value
    }

    /// Only the addresses of what `write` wrote.
    static func addresses(in record: [UInt8]) throws -> [String] {
        var reader = RecordReader(record)
        var addresses: [String] = []
        try reader.object { reader, field in
            if field == "addresses" { addresses = try reader.texts() } else { try reader.skip() }
        }
        return addresses
    }
}

extension MemberReference {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.object { writer in
            switch self {
            case .entry: writer.key("entry")
            case .login: writer.key("login")
            case .address: writer.key("address")
            }
            writer.object { $0.field("_0", text) }
        }
    }

    fileprivate init(from reader: inout RecordReader) throws {
        var reference: MemberReference?
        try reader.object { reader, kind in
            try reader.object { reader, _ in
                let text = try reader.text()
                switch kind {
                case "entry": reference = .entry(text)
                case "login": reference = .login(text)
                case "address": reference = .address(text)
                default: break
                }
            }
        }
        guard let reference else { throw RecordError(offset: 0) }
        self = reference
    }
}

extension DirectoryFinding {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.object { writer in
            writer.field("code", code.rawValue)
            writer.field("entry", entry)
            writer.field("message", message)
        }
    }

    fileprivate init(from reader: inout RecordReader) throws {
        var (code, entry, message): (Code?, String, String) = (nil, "", "")
        try reader.object { reader, field in
            switch field {
            case "code": code = Code(rawValue: try reader.text())
            case "entry": entry = try reader.text()
            case "message": message = try reader.text()
            default: try reader.skip()
            }
        }
        guard let code else { throw RecordError(offset: 0) }
        self.init(code, entry, message)
    }
}
