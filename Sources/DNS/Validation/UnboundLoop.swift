internal import Glibc
internal import NIOConcurrencyHelpers
internal import NIOPosix

/// The thread that speaks to libunbound: takes requests, starts them, gives out answers, and ends what is overdue.
final class UnboundLoop: Sendable {
    struct Request: Sendable {
        let id: Int
        let name: DNSName
        let type: RecordType
        let end: ContinuousClock.Instant
        let continuation: CheckedContinuation<Answer, Never>
    }

    private struct Shared {
        var arrived: [Request] = []
        var cancelled: Set<Int> = []
        var isStopped = false
        var lastID = 0
    }

    private let shared = NIOLockedValueBox(Shared())
    private let mostQuestions: Int
    private let options: ValidatingResolver.Options
    /// Written to when there is something new; read end, write end.
    private let wake: (read: Int32, write: Int32)
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init(_ options: ValidatingResolver.Options) throws(ResolverError) {
        // A first context shows what is wrong with the options while somebody listens.
        _ = try UnboundContext.make(options)
        self.options = options
        mostQuestions = options.mostQuestions
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw .library("no descriptors left") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wake = (ends[0], ends[1])
    }

    deinit {
        close(wake.read)
        close(wake.write)
    }

    func start() {
        thread.start()
        thread.submit { [self] _ in run() }
    }

    func nextID() -> Int {
        shared.withLockedValue { shared in
            shared.lastID += 1
            return shared.lastID
        }
    }

    func add(_ request: Request) {
        let isStopped = shared.withLockedValue { shared in
            if !shared.isStopped { shared.arrived.append(request) }
            return shared.isStopped
        }
        isStopped ? request.continuation.resume(returning: .timeout) : ring()
    }

    func cancel(_ id: Int) {
        shared.withLockedValue { _ = $0.cancelled.insert(id) }
        ring()
    }

    func stop() {
        shared.withLockedValue { $0.isStopped = true }
        ring()
    }

    /// A full pipe is a ringing one.
    private func ring() {
        var octet: UInt8 = 1
        _ = unsafe write(wake.write, &octet, 1)
    }

    // MARK: The thread

    private struct Running {
        let request: Request
        let question: UnboundQuestion
    }

    private func run() {
        guard let context = try? UnboundContext.make(options) else {
            return endAll(.serverFailure(code: Answer.serverFailureCode))
        }
        var waiting: [Request] = []
        var running: [Int: Running] = [:]
        while true {
            let news = take()
            if news.isStopped { break }
            waiting += news.arrived
            drop(news.cancelled, &waiting, &running, context)
            endOverdue(&waiting, &running, context)
            begin(&waiting, &running, context)
            sleep(until: (waiting.map(\.end) + running.values.map(\.request.end)).min(), context.descriptor)
            context.process()
            for (id, item) in running {
                guard let answer = item.question.answer else { continue }
                running[id] = nil
                item.request.continuation.resume(returning: answer)
            }
        }
        for item in running.values {
            context.cancel(item.question)
            item.request.continuation.resume(returning: .timeout)
        }
        for request in waiting { request.continuation.resume(returning: .timeout) }
        endAll(.timeout)
        thread.shutdownGracefully { _ in }
    }

    private func take() -> Shared {
        shared.withLockedValue { shared in
            let news = shared
            shared.arrived = []
            shared.cancelled = []
            return news
        }
    }

    /// Answers whatever came after the thread had looked for the last time.
    private func endAll(_ answer: Answer) {
        shared.withLockedValue { $0.isStopped = true }
        for request in take().arrived { request.continuation.resume(returning: answer) }
    }

    private func begin(_ waiting: inout [Request], _ running: inout [Int: Running], _ context: borrowing UnboundContext) {
        while running.count < mostQuestions, !waiting.isEmpty {
            let request = waiting.removeFirst()
            let question = UnboundQuestion(request.name, request.type, id: request.id)
            do {
                try context.begin(question)
                running[request.id] = Running(request: request, question: question)
            } catch {
                request.continuation.resume(returning: .serverFailure(code: Answer.serverFailureCode))
            }
        }
    }

    private func drop(
        _ ids: Set<Int>, _ waiting: inout [Request], _ running: inout [Int: Running], _ context: borrowing UnboundContext
    ) {
        guard !ids.isEmpty else { return }
        end(&waiting, &running, context) { ids.contains($0.id) }
    }

    private func endOverdue(_ waiting: inout [Request], _ running: inout [Int: Running], _ context: borrowing UnboundContext) {
        let now = ContinuousClock.now
        end(&waiting, &running, context) { $0.end <= now }
    }

    private func end(
        _ waiting: inout [Request], _ running: inout [Int: Running], _ context: borrowing UnboundContext,
        where isOver: (Request) -> Bool
    ) {
        for request in waiting where isOver(request) { request.continuation.resume(returning: .timeout) }
        waiting.removeAll(where: isOver)
        for (id, item) in running where isOver(item.request) {
            context.cancel(item.question)
            running[id] = nil
            item.request.continuation.resume(returning: .timeout)
        }
    }

    /// Until something is to be done.
    private func sleep(until end: ContinuousClock.Instant?, _ descriptor: Int32) {
        var descriptors = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
        ]
        var milliseconds: Int32 = -1
        if let end {
            let left = (end - .now).components
            milliseconds = Int32(clamping: max(0, left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1))
        }
        _ = unsafe poll(&descriptors, 2, milliseconds)
        var octets = [UInt8](repeating: 0, count: 64)
        while unsafe read(wake.read, &octets, octets.count) > 0 {}
    }
}
