/// Whether systemd runs this machine and started this program.
package enum ManagerState: Sendable {
    case absent
    case running
}
