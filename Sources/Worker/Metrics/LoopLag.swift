internal import CoreMetrics
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// Measures how late event loops come to what is due: what every connection on them waits for.
package struct LoopLag: Service {
    /// How often each loop is looked at.
    package static let pause: Duration = .seconds(1)

    package init() {}

    package func run() async throws {
        let timer = Timer(label: "malaposta_event_loop_lag_seconds")
        var loops: [any EventLoop] = []
        for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { loops.append(loop) }
        await cancelWhenGracefulShutdown { [loops] in
            while (try? await Task.sleep(for: Self.pause)) != nil {
                for loop in loops {
                    let asked = NIODeadline.now()
                    loop.execute { timer.recordNanoseconds((NIODeadline.now() - asked).nanoseconds) }
                }
            }
        }
    }
}
