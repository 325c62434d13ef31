internal import SwiftASN1

/// The value of the control that asks a server to tell changes (RFC 4533 §2.2), with the mode refreshAndPersist.
enum SyncRequest {
    static let control = "1.3.6.1.4.1.4203.1.9.1.1"
    private static let refreshAndPersist: UInt8 = 3

    static func value(since cookie: [UInt8]?) throws -> [UInt8] {
        var coder = DER.Serializer()
        coder.appendConstructedNode(identifier: .sequence) { coder in
            coder.appendPrimitiveNode(identifier: .enumerated) { $0.append(refreshAndPersist) }
            if let cookie { coder.appendPrimitiveNode(identifier: .octetString) { $0 += cookie } }
        }
        return coder.serializedBytes
    }
}

/// What a server says with each entry (RFC 4533 §2.3).
struct SyncState: Equatable {
    static let control = "1.3.6.1.4.1.4203.1.9.1.2"

    enum State: UInt8 {
        case present, add, modify, delete
    }

    var state: State
    /// As entryUUID reads.
    var uuid: String
    var cookie: [UInt8]?

    /// - Throws: where it is none.
    init(_ value: [UInt8]) throws {
        self = try BER.sequence(BER.parse(value), identifier: .sequence) { nodes in
            guard let first = nodes.next(), first.identifier == .enumerated, case .primitive(let octets) = first.content,
                octets.count == 1, let state = octets.first.flatMap(State.init(rawValue:))
            else { throw SyncMessageError() }
            return try SyncState(
                state: state, uuid: entryUUID(ASN1OctetString(berEncoded: &nodes)), cookie: SyncInfo.cookie(&nodes))
        }
    }

    private init(state: State, uuid: String, cookie: [UInt8]?) {
        self.state = state
        self.uuid = uuid
        self.cookie = cookie
    }
}

/// What a server says between entries (RFC 4533 §2.5).
struct SyncInfo: Equatable {
    static let response = "1.3.6.1.4.1.4203.1.9.1.4"

    enum Content: Equatable {
        case newCookie
        /// What was not named since is as it was at the time of the cookie.
        case refreshDelete(isDone: Bool)
        /// What was not named is deleted.
        case refreshPresent(isDone: Bool)
        case idSet(uuids: [String], areDeleted: Bool)
    }

    var content: Content
    var cookie: [UInt8]?

    /// - Throws: where it is none.
    init(_ value: [UInt8]) throws {
        let node = try BER.parse(value)
        guard node.identifier.tagClass == .contextSpecific else { throw SyncMessageError() }
        switch node.identifier.tagNumber {
        case 0:
            guard case .primitive(let octets) = node.content else { throw SyncMessageError() }
            self.init(content: .newCookie, cookie: Array(octets))
        case 1, 2:
            let isDelete = node.identifier.tagNumber == 1
            self = try BER.sequence(node, identifier: node.identifier) { nodes in
                let cookie = try Self.cookie(&nodes)
                let isDone = try BER.decodeDefault(&nodes, defaultValue: true)
                let content: Content = isDelete ? .refreshDelete(isDone: isDone) : .refreshPresent(isDone: isDone)
                return SyncInfo(content: content, cookie: cookie)
            }
        case 3:
            self = try BER.sequence(node, identifier: node.identifier) { nodes in
                let cookie = try Self.cookie(&nodes)
                let areDeleted = try BER.decodeDefault(&nodes, defaultValue: false)
                guard let last = nodes.next() else { throw SyncMessageError() }
                let uuids = try BER.set(of: ASN1OctetString.self, identifier: .set, rootNode: last).map(entryUUID)
                return SyncInfo(content: .idSet(uuids: uuids, areDeleted: areDeleted), cookie: cookie)
            }
        default: throw SyncMessageError()
        }
    }

    private init(content: Content, cookie: [UInt8]?) {
        self.content = content
        self.cookie = cookie
    }

    fileprivate static func cookie(_ nodes: inout ASN1NodeCollection.Iterator) throws -> [UInt8]? {
        let octets: ASN1OctetString? = try BER.optionalImplicitlyTagged(&nodes)
        return octets.map { Array($0.bytes) }
    }
}

/// A message is not as RFC 4533 says.
struct SyncMessageError: Error {}

private func entryUUID(_ octets: ASN1OctetString) throws -> String {
    guard let text = EntryUUID.text(octets.bytes) else { throw SyncMessageError() }
    return text
}
