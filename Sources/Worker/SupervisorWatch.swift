internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// Ends a worker whose supervisor is gone, so that none is left behind when the supervisor is killed.
///
/// The supervisor holds the writing end of a pipe and never writes; the kernel closes it with the process.
struct SupervisorWatch: Service {
    private let pipe: Int32?

    init(pipe: Int32?) { self.pipe = pipe }

    /// Returns at the pipe's end of file, which stops the group that it runs in, and when that group stops or is cut; without a
    /// pipe waits for that.
    func run() async throws {
        guard let pipe else { return try await gracefulShutdown() }
        let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .takingOwnershipOfDescriptor(input: pipe).get()
        await cancelWhenGracefulShutdown {
            await withTaskCancellationHandler {
                try? await channel.closeFuture.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        }
    }
}
