/// How a unit is, as systemd says (org.freedesktop.systemd1(5)).
package struct UnitState: Codable, Hashable, Sendable {
    /// `malaposta-mail.service`.
    package var unit: String
    /// `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`.
    package var active: String
    /// `running`, `listening`, `auto-restart`, `dead`, ...
    package var sub: String
    /// Why it ended last: `success`, `exit-code`, `watchdog`, `oom-kill`, ...; nil where the unit is no service or socket.
    package var result: String?
    /// Times that systemd started it again by itself; nil for other units than services.
    package var restarts: Int?
    /// Nil where no process runs.
    package var processID: Int32?

    package init(
        unit: String, active: String, sub: String, result: String? = nil, restarts: Int? = nil, processID: Int32? = nil
    ) {
        self.unit = unit
        self.active = active
        self.sub = sub
        self.result = result
        self.restarts = restarts
        self.processID = processID
    }

    package var isActive: Bool { active == "active" || active == "reloading" }
    package var isFailed: Bool { active == "failed" }
}
