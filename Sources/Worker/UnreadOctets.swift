internal import Glibc
package import NIOCore

/// What becomes of octets that a peer has not read when its connection is closed. Left alone, the kernel keeps them for as long
/// as the peer's kernel answers that it is there and has no room: megabytes of each connection, which counts nowhere any more.
extension Channel {
    /// Closes with what the peer has not read, and nothing of it reaches the peer any more (socket(7), SO_LINGER). Only for who has
    /// taken nothing for so long that it is not going to.
    package func cut() {
        _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        close(promise: nil)
    }

    /// From now on, and also once it is closed, the connection ends where its peer takes nothing for `patience` of what waits for
    /// it; a slow peer that goes on reading gets all of it (tcp(7), TCP_USER_TIMEOUT).
    ///
    /// To be called just before it is closed. A unix socket needs nothing: what is closed there counts as the peer's.
    package func forgetUnread(after patience: Duration) {
        let milliseconds = TimeAmount(patience).nanoseconds / 1_000_000
        _ = (self as? any SocketOptionProvider)?.unsafeSetSocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT), value: CInt(clamping: max(1, milliseconds)))
    }
}
