internal import Mail

extension DirectoryAccount: PlainRecord {
    package func write(to writer: inout RecordWriter) {
        writer.object { writer in
            writer.field("address", address.description)
            writer.key("aliases")
            writer.list(aliases) { $0.text($1.description) }
            writer.field("displayName", displayName)
            writer.key("features")
            writer.number(features.rawValue)
            writer.field("id", id.hex)
            writer.field("kind", kind.rawValue)
            writer.field("language", language)
            writer.key("limits")
            limits.write(to: &writer)
            if let quota { writer.field("quota", quota.octets) }
            writer.key("senders")
            writer.list(senders) { $1.write(to: &$0) }
            writer.key("shared")
            writer.list(shared) { $1.write(to: &$0) }
            writer.key("state")
            state.write(to: &writer)
            writer.field("tenant", tenant.text)
            writer.field("tenantName", tenantName)
        }
    }

    package init(from reader: inout RecordReader) throws {
        var (id, tenant, kind, address): (AccountID?, TenantID?, AccountKind?, Address?)
        var (tenantName, displayName, language) = ("", "", "")
        var (aliases, senders, shared): ([Address], [SenderAddress], [SharedAccess]) = ([], [], [])
        var (quota, state, features, limits): (ByteCount?, AccountState?, TenantFeatures?, AccountLimits?)
        try reader.object { reader, name in
            switch name {
            case "address": address = try Address(reader.text())
            case "aliases": aliases = try reader.list { try Address($0.text()) }
            case "displayName": displayName = try reader.text()
            case "features": features = TenantFeatures(rawValue: try reader.number())
            case "id": id = AccountID(hex: try reader.text())
            case "kind": kind = AccountKind(rawValue: try reader.text())
            case "language": language = try reader.text()
            case "limits": limits = try AccountLimits(from: &reader)
            case "quota": quota = ByteCount(try reader.number())
            case "senders": senders = try reader.list { try SenderAddress(from: &$0) }
            case "shared": shared = try reader.list { try SharedAccess(from: &$0) }
            case "state": state = try AccountState(from: &reader)
            case "tenant": tenant = try TenantID(reader.text())
            case "tenantName": tenantName = try reader.text()
            default: try reader.skip()
            }
        }
        guard let id, let tenant, let kind, let address, let state, let features, let limits else { throw RecordError(offset: 0) }
        self.init(
            id: id, tenant: tenant, tenantName: tenantName, kind: kind, address: address, displayName: displayName,
            language: language, aliases: aliases, senders: senders, quota: quota, state: state, shared: shared,
            features: features, limits: limits)
    }
}

extension AccountLimits {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.object { writer in
            writer.field("maxMessageSize", maxMessageSize.octets)
            writer.field("maxRecipients", maxRecipients)
            writer.field("messagesPerDay", messagesPerDay)
        }
    }

    fileprivate init(from reader: inout RecordReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "maxMessageSize": maxMessageSize = ByteCount(try reader.number())
            case "maxRecipients": maxRecipients = try reader.number()
            case "messagesPerDay": messagesPerDay = try reader.number()
            default: try reader.skip()
            }
        }
    }
}

extension SenderAddress {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.object { writer in
            writer.field("account", account.hex)
            writer.field("address", address.description)
            writer.field("displayName", displayName)
        }
    }

    fileprivate init(from reader: inout RecordReader) throws {
        var (account, address, displayName): (AccountID?, Address?, String) = (nil, nil, "")
        try reader.object { reader, name in
            switch name {
            case "account": account = AccountID(hex: try reader.text())
            case "address": address = try Address(reader.text())
            case "displayName": displayName = try reader.text()
            default: try reader.skip()
            }
        }
        guard let account, let address else { throw RecordError(offset: 0) }
        self.init(address: address, displayName: displayName, account: account)
    }
}

extension SharedAccess {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.object { writer in
            writer.field("account", account.hex)
            writer.field("address", address.description)
            writer.field("name", name)
            writer.field("rights", rights.rawValue)
        }
    }

    fileprivate init(from reader: inout RecordReader) throws {
        var (account, address, name, rights): (AccountID?, Address?, String, SharedRights) = (nil, nil, "", [])
        try reader.object { reader, field in
            switch field {
            case "account": account = AccountID(hex: try reader.text())
            case "address": address = try Address(reader.text())
            case "name": name = try reader.text()
            case "rights": rights = SharedRights(rawValue: try reader.number())
            default: try reader.skip()
            }
        }
        guard let account, let address else { throw RecordError(offset: 0) }
        self.init(account: account, address: address, name: name, rights: rights)
    }
}

extension AccountState {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.object { writer in
            switch self {
            case .active: writer.emptyField("active")
            case .suspended(let level):
                writer.key("suspended")
                writer.object { $0.field("by", level.rawValue) }
            case .retired: writer.emptyField("retired")
            }
        }
    }

    fileprivate init(from reader: inout RecordReader) throws {
        var state: AccountState?
        try reader.object { reader, name in
            switch name {
            case "active": state = .active
            case "retired": state = .retired
            case "suspended":
                var level: SuspensionLevel?
                try reader.object { reader, _ in level = SuspensionLevel(rawValue: try reader.text()) }
                return state = level.map { .suspended(by: $0) }
            default: break
            }
            try reader.skip()
        }
        guard let state else { throw RecordError(offset: 0) }
        self = state
    }
}
