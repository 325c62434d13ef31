internal import CLDNS
internal import Glibc

/// A DNS message in libldns' hands.
@safe struct Packet: ~Copyable {
    private let handle: UnsafeMutablePointer<ldns_pkt>

    private init(_ handle: UnsafeMutablePointer<ldns_pkt>) { unsafe self.handle = handle }

    deinit { unsafe ldns_pkt_free(handle) }

    /// The most that a server may send by UDP: what passes without fragments (RFC 9715 §3.1).
    private static let datagram: UInt16 = 1232

    /// A question without recursion.
    static func question(_ name: DNSName, _ type: RecordType) throws(ServerError) -> Packet {
        let owner = try unsafe Self.domain(name)
        let type = ldns_rr_type(rawValue: UInt32(type.rawValue))
        guard let packet = unsafe ldns_pkt_query_new(owner, type, LDNS_RR_CLASS_IN, 0) else {
            unsafe ldns_rdf_deep_free(owner)
            throw .badQuestion("no memory for a question")
        }
        unsafe ldns_pkt_set_edns_udp_size(packet, datagram)
        unsafe ldns_pkt_set_id(packet, UInt16.random(in: .min ... .max))
        return unsafe Packet(packet)
    }

    /// A signed update. Signing writes into the packet: it is made last.
    static func update(_ update: ZoneUpdate, key: TransactionKey) throws(ServerError) -> Packet {
        let records = RecordList()
        for record in update.deletions { try records.add(record, deletes: true) }
        for record in update.additions { try records.add(record, deletes: false) }
        let zone = try unsafe Self.domain(update.zone)
        guard let packet = unsafe ldns_update_pkt_new(zone, LDNS_RR_CLASS_IN, nil, records.handle, nil) else {
            unsafe ldns_rdf_deep_free(zone)
            throw .badQuestion("no memory for an update")
        }
        let made = unsafe Packet(packet)
        unsafe ldns_pkt_set_id(packet, UInt16.random(in: .min ... .max))
        // 300 seconds of difference between two clocks: RFC 8945 §10.
        let status = unsafe ldns_pkt_tsig_sign(
            packet, key.name.absolute, key.secret, 300, key.algorithm.rawValue + ".", nil)
        guard status == LDNS_STATUS_OK else { throw .badQuestion("the key cannot sign: \(Self.word(status))") }
        return made
    }

    static func read(_ octets: [UInt8]) -> Packet? {
        var packet: UnsafeMutablePointer<ldns_pkt>?
        guard unsafe ldns_wire2pkt(&packet, octets, octets.count) == LDNS_STATUS_OK, let packet = unsafe packet else {
            return nil
        }
        return unsafe Packet(packet)
    }

    /// As it goes over the wire.
    func octets() throws(ServerError) -> [UInt8] {
        var octets: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = unsafe ldns_pkt2wire(&octets, handle, &count)
        guard status == LDNS_STATUS_OK, let octets = unsafe octets else { throw .badQuestion(Self.word(status)) }
        defer { unsafe free(octets) }
        return unsafe Array(UnsafeBufferPointer(start: octets, count: count))
    }

    private static func domain(_ name: DNSName) throws(ServerError) -> UnsafeMutablePointer<ldns_rdf> {
        guard let made = unsafe ldns_dname_new_frm_str(name.absolute) else { throw .badQuestion("\(name) cannot be asked for") }
        return unsafe made
    }

    fileprivate static func word(_ status: ldns_status) -> String {
        unsafe ldns_get_errorstr_by_id(status).map { unsafe String(cString: $0) } ?? "error \(status.rawValue)"
    }
}

extension Packet {
    var id: UInt16 { unsafe ldns_pkt_id(handle) }
    var isTruncated: Bool { unsafe ldns_pkt_tc(handle) != 0 }
    var code: Int { unsafe Int(ldns_pkt_get_rcode(handle).rawValue) }

    /// Whether this is an answer to `question`: a response of its id, for its name and type.
    func answers(_ question: borrowing Packet) -> Bool {
        guard unsafe ldns_pkt_qr(handle) != 0, id == question.id else { return false }
        let (asked, told) = unsafe (ldns_pkt_question(question.handle), ldns_pkt_question(handle))
        guard let first = unsafe ldns_rr_list_rr(asked, 0) else { return false }
        // Servers may leave the question out of an answer that is an error.
        guard let second = unsafe ldns_rr_list_rr(told, 0) else { return code != 0 }
        return unsafe ldns_rr_get_type(first) == ldns_rr_get_type(second)
            && ldns_dname_compare(ldns_rr_owner(first), ldns_rr_owner(second)) == 0
    }

    /// Whether the answer's octets are signed by the key that signed the question.
    func isSigned(_ octets: [UInt8], by key: TransactionKey, answering question: borrowing Packet) -> Bool {
        guard let signature = unsafe ldns_pkt_tsig(question.handle), let code = unsafe ldns_rr_rdf(signature, 3) else {
            return false
        }
        return unsafe ldns_pkt_tsig_verify(handle, octets, octets.count, key.name.absolute, key.secret, code) != 0
    }

    var answer: ServerAnswer {
        ServerAnswer(
            code: code, isAuthoritative: unsafe ldns_pkt_aa(handle) != 0, answers: unsafe Self.records(ldns_pkt_answer(handle)),
            authority: unsafe Self.records(ldns_pkt_authority(handle)))
    }

    private static func records(_ list: UnsafeMutablePointer<ldns_rr_list>?) -> [ServerRecord] {
        guard let list = unsafe list else { return [] }
        return (0..<(unsafe ldns_rr_list_rr_count(list))).compactMap { index in
            guard let record = unsafe ldns_rr_list_rr(list, index) else { return nil }
            var owner = unsafe octets(of: ldns_rr_owner(record))[...]
            let type = RecordType(rawValue: UInt16(truncatingIfNeeded: unsafe ldns_rr_get_type(record).rawValue))
            let data = (0..<(unsafe ldns_rr_rd_count(record))).flatMap { unsafe octets(of: ldns_rr_rdf(record, $0)) }
            guard let name = DNSName(wire: &owner), let data = RecordData(type, wire: data) else { return nil }
            return ServerRecord(name: name, type: type, timeToLive: unsafe Int(ldns_rr_ttl(record)), data: data)
        }
    }

    private static func octets(of field: UnsafeMutablePointer<ldns_rdf>?) -> [UInt8] {
        guard let field = unsafe field, let data = unsafe ldns_rdf_data(field) else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: data, count: ldns_rdf_size(field)))
    }
}

/// Records of an update, in libldns' hands.
@safe private final class RecordList {
    let handle = unsafe ldns_rr_list_new()

    deinit { unsafe ldns_rr_list_deep_free(handle) }

    func add(_ record: ZoneUpdate.Record, deletes: Bool) throws(ServerError) {
        var made: UnsafeMutablePointer<ldns_rr>?
        let status = unsafe ldns_rr_new_frm_str(&made, record.line, 0, nil, nil)
        guard status == LDNS_STATUS_OK, let made = unsafe made else {
            throw .badQuestion("\(record.line): \(Packet.word(status))")
        }
        if deletes {
            // RFC 2136 §2.5.4: class NONE, TTL 0, the data whole.
            unsafe ldns_rr_set_class(made, LDNS_RR_CLASS_NONE)
            unsafe ldns_rr_set_ttl(made, 0)
        }
        guard unsafe ldns_rr_list_push_rr(handle, made) != 0 else {
            unsafe ldns_rr_free(made)
            throw .badQuestion("no memory for an update")
        }
    }
}
