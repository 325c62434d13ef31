internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import NIOCore
internal import Store

/// Tells the page that something changed, as server-sent events (HTML §9.2). The page then asks for what it shows.
///
/// The stream ends with the visitor's session: `logged-out` is its last event. It also ends when the mailbox is no longer
/// shared with the visitor.
enum EventEndpoint {
    static let events = Endpoint(.get, "events/:box") { web, call in
        let visitor = try await web.visitor(call)
        let mailbox = try await web.mailbox(call.parameters["box"], of: visitor)
        let (signals, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(4))
        let stop = web.sessions.watch(visitor.session.id, limit: web.limits.eventStreams) { continuation.yield(.loggedOut) }
        guard let stop else { throw WebRefusal.tooMany }
        let notices = web.store.changes.watch(mailbox.account.id)
        let heartbeat = web.limits.heartbeat
        let generations = web.generation.changes
        let body = ResponseBody { writer in
            defer { stop() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await notice in notices { continuation.yield(.changed(notice.modSequence.value)) }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try await Task.sleep(for: heartbeat)
                        continuation.yield(.alive)
                    }
                }
                group.addTask {
                    for await _ in generations {
                        guard let now = try? await web.visitor(call), (try? await web.mailbox(mailbox.name, of: now)) != nil
                        else {
                            continuation.yield(.withdrawn)
                            return
                        }
                    }
                }
                defer { group.cancelAll() }
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                for await signal in signals {
                    try await writer.write(ByteBuffer(string: signal.text))
                    if signal.isLast { break }
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    private enum Signal: Sendable {
        case changed(UInt64)
        case alive
        case loggedOut
        case withdrawn

        var isLast: Bool {
            switch self {
            case .loggedOut, .withdrawn: true
            case .changed, .alive: false
            }
        }

        var text: String {
            switch self {
            case .changed(let sequence): "event: changed\ndata: \(sequence)\n\n"
            case .alive: ": alive\n\n"
            case .loggedOut: "event: logged-out\ndata: 1\n\n"
            // The page finds out when it asks again.
            case .withdrawn: ": no longer here\n\n"
            }
        }
    }
}
