internal import CUnbound
internal import Glibc

/// A libunbound context, used by one thread; libunbound runs a thread of its own behind it.
@safe struct UnboundContext: ~Copyable {
    private let handle: OpaquePointer

    /// Readable when `process` has something to do.
    var descriptor: Int32 { unsafe ub_fd(handle) }

    private init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    static func make(_ options: ValidatingResolver.Options) throws(ResolverError) -> UnboundContext {
        guard let handle = unsafe ub_ctx_create() else { throw .library("no memory for a resolver") }
        let context = unsafe UnboundContext(handle)
        try context.configure(options)
        return context
    }

    private borrowing func configure(_ options: ValidatingResolver.Options) throws(ResolverError) {
        try check(unsafe ub_ctx_async(handle, 1))
        for (name, value) in Self.settings(options) { try check(unsafe ub_ctx_set_option(handle, name, value)) }
        for anchor in options.trustAnchors {
            switch anchor {
            case .file(let path):
                // libunbound reads the file with the first question, and would only fail then.
                guard unsafe access(path, R_OK) == 0 else { throw .trustAnchor(path: path) }
                do { try check(unsafe ub_ctx_add_ta_file(handle, path)) } catch { throw .trustAnchor(path: path) }
            case .record(let text): try check(unsafe ub_ctx_add_ta(handle, text))
            }
        }
        for server in options.forwarders { try check(unsafe ub_ctx_set_fwd(handle, server.description)) }
        for stub in options.stubs {
            try check(unsafe ub_ctx_set_stub(handle, stub.zone.absolute, stub.server.description, 0))
        }
    }

    deinit { unsafe ub_ctx_delete(handle) }

    /// Answers are kept for a short time only: who has just changed a zone wants to see it.
    private static func settings(_ options: ValidatingResolver.Options) -> [(String, String)] {
        [
            ("cache-max-ttl:", "60"), ("cache-max-negative-ttl:", "5"), ("infra-host-ttl:", "60"),
            ("do-not-query-localhost:", options.asksPrivateServers ? "no" : "yes"),
            // Reverse zones of addresses that are not the world's are asked for like any other: a closed network has them.
            ("unblock-lan-zones:", "yes"), ("insecure-lan-zones:", "yes"),
        ]
    }

    /// Begins to resolve; `question` is given back to the callback.
    borrowing func begin(_ question: UnboundQuestion) throws(ResolverError) {
        let retained = unsafe Unmanaged.passRetained(question)
        var number: Int32 = 0
        let code = unsafe ub_resolve_async(
            handle, question.name.absolute, Int32(question.type.rawValue), 1, retained.toOpaque(), finish, &number)
        guard code == 0 else {
            unsafe retained.release()
            try check(code)
            return
        }
        question.number = number
    }

    /// Forgets a question whose answer has not come; the callback is not called any more.
    borrowing func cancel(_ question: UnboundQuestion) {
        guard unsafe ub_cancel(handle, question.number) == 0 else { return }
        unsafe Unmanaged.passUnretained(question).release()
    }

    /// Calls the callbacks of all answers that are there.
    borrowing func process() { _ = unsafe ub_process(handle) }

    private borrowing func check(_ code: Int32) throws(ResolverError) {
        guard code != 0 else { return }
        throw .library(unsafe String(cString: ub_strerror(code)))
    }
}

/// One question under way. Touched by the resolver's thread alone.
final class UnboundQuestion {
    let name: DNSName
    let type: RecordType
    let id: Int
    var number: Int32 = 0
    /// Set by libunbound's callback.
    var answer: Answer?

    init(_ name: DNSName, _ type: RecordType, id: Int) {
        self.name = name
        self.type = type
        self.id = id
    }
}

private let finish: ub_callback_type = { pointer, code, result in
    guard let pointer = unsafe pointer else { return }
    let question = unsafe Unmanaged<UnboundQuestion>.fromOpaque(pointer).takeRetainedValue()
    defer { unsafe ub_resolve_free(result) }
    guard code == 0, let result = unsafe result else {
        question.answer = .serverFailure(code: Answer.serverFailureCode)
        return
    }
    question.answer = unsafe Answer(result.pointee, type: question.type, asked: question.name)
}

extension Answer {
    /// SERVFAIL (RFC 1035 §4.1.1).
    static let serverFailureCode = 2
    static let noNameCode = 3

    /// Copies a result out of libunbound.
    fileprivate init(_ result: ub_result, type: RecordType, asked: DNSName) {
        guard unsafe result.bogus == 0 else {
            self = .bogus(unsafe result.why_bogus.map { unsafe String(cString: $0) } ?? "validation failed")
            return
        }
        let proof: Proof = unsafe result.secure != 0 ? .secure : .insecure
        let code = unsafe Int(result.rcode)
        guard code == 0 else {
            self = code == Self.noNameCode ? .noName(proof) : .serverFailure(code: code)
            return
        }
        guard unsafe result.havedata != 0 else {
            self = unsafe result.nxdomain != 0 ? .noName(proof) : .noData(proof)
            return
        }
        var records: [RecordData] = []
        var index = 0
        while let data = unsafe result.data[index] {
            let octets = unsafe Array(UnsafeRawBufferPointer(start: data, count: Int(result.len[index])))
            if let record = RecordData(type, wire: octets) { records.append(record) }
            index += 1
        }
        // Records that nobody could make sense of are none.
        guard !records.isEmpty else {
            self = .noData(proof)
            return
        }
        let canonical = unsafe result.canonname.flatMap { unsafe DNSName(String(cString: $0)) }
        self = .records(
            RecordSet(
                proof: proof, records: records, canonicalName: canonical == asked ? nil : canonical,
                timeToLive: unsafe Int(result.ttl)))
    }
}
