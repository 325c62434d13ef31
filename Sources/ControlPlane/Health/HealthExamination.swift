internal import Mail
internal import MailConfiguration
internal import Provisioning
internal import Systemd
internal import Worker

/// Finds what is amiss in a host's state. A value: nothing is asked here.
struct HealthExamination {
    private let status: HostStatus
    private let keptFree: Int
    private let now: Int64

    /// - Parameters:
    ///   - keptFree: octets that stay free on the disk.
    ///   - now: seconds since 1970.
    init(_ status: HostStatus, keptFree: Int, now: Int64) {
        self.status = status
        self.keptFree = keptFree
        self.now = now
    }

    /// Problems before warnings, each kind in the order of what is looked at.
    var problems: [HealthProblem] {
        let all =
            generation + programs + (status.failedFlush.map { [$0.problem] } ?? []) + listeners + queue + directories + domains
            + status.certificates.flatMap { $0.problems(now: now) }
            + (status.disk?.problems(kept: ByteCount(keptFree)) ?? [])
        return all.filter { $0.severity == .problem } + all.filter { $0.severity == .warning }
    }

    private var isStopped: Bool { status.workers.allSatisfy(\.isDown) }

    private var generation: [HealthProblem] {
        guard status.control.generation == 0 else { return [] }
        return [
            HealthProblem(
                "no-generation", "nothing has been applied yet: the host knows nobody",
                cure: "'malaposta check' reads the files, 'malaposta apply' puts them in force")
        ]
    }

    private var programs: [HealthProblem] {
        guard !isStopped else {
            return [
                HealthProblem(
                    "not-running", "the host is not running: no mail is taken, nobody can log in",
                    cure: "'systemctl start malaposta.target', or 'malaposta supervise' without systemd")
            ]
        }
        return status.workers.flatMap { program -> [HealthProblem] in
            if program.isDown { return [down(program)] }
            return program.problems.map(Self.ofProgram(program.name)) + version(program) + generation(program)
        }
    }

    private func down(_ program: ProgramStatus) -> HealthProblem {
        let effect =
            switch program.name {
            case "malaposta-mail": "no mail is taken or read by IMAP"
            case "malaposta-web": "there is no webmail"
            default: "nobody new can log in, nothing can be applied"
            }
        return HealthProblem(
            "program-down",
            "\(program.name) is down (\((program.problems + unitWords(program)).joined(separator: "; "))): \(effect)",
            cure: cure(of: program))
    }

    private static func unit(_ name: String) -> String { name == "malaposta" ? "malaposta-control" : name }

    private func unit(of program: ProgramStatus) -> UnitState? {
        status.units?.first { $0.unit == Self.unit(program.name) + ".service" }
    }

    private func unitWords(_ program: ProgramStatus) -> [String] {
        unit(of: program).map { ["systemd calls it \($0.words)"] } ?? []
    }

    /// What was stopped stays so until somebody starts it; all else comes back.
    private func cure(of program: ProgramStatus) -> String {
        let name = Self.unit(program.name)
        guard unit(of: program)?.active == "inactive" else {
            return "see its log ('journalctl -u \(name)'); it is started again by itself"
        }
        return "'systemctl start \(name)': somebody has stopped it"
    }

    /// A program's own sentences name their cure behind a semicolon.
    private static func ofProgram(_ name: String) -> (String) -> HealthProblem {
        { sentence in
            let cut = sentence.range(ofLast: "; ")
            let what = cut.map { String(sentence[..<$0.lowerBound]) } ?? sentence
            let cure = cut.map { String(sentence[$0.upperBound...]) } ?? "see the log of \(name)"
            return HealthProblem("program-problem", "\(name): \(what)", cure: cure)
        }
    }

    private func version(_ program: ProgramStatus) -> [HealthProblem] {
        guard let version = program.version, version != Product.version else { return [] }
        return [
            HealthProblem(
                "other-version", .warning, "\(program.name) is version \(version), this command \(Product.version)",
                cure: "restart \(program.name), so that all are of one version")
        ]
    }

    private func generation(_ program: ProgramStatus) -> [HealthProblem] {
        guard let number = program.generation, number != status.control.generation,
            let made = status.control.made, made + HealthLimits.generationDelay < now
        else { return [] }
        return [
            HealthProblem(
                "other-generation",
                "\(program.name) goes by generation \(number), generation \(status.control.generation) is in force",
                cure: "see its log for why it cannot read the new one; 'malaposta rollback' goes back")
        ]
    }

    private var listeners: [HealthProblem] {
        guard !isStopped else { return [] }
        let failed = (status.units ?? []).filter { $0.isFailed && $0.unit.hasSuffix(".socket") }.map(\.unit)
        func unit(of listener: ListenerStatus) -> String? {
            ListenerService(rawValue: listener.service).map(HostUnit.socket)
        }
        let sockets = failed.map { name in
            let own = status.listeners.filter { unit(of: $0) == name }
            let problem = SocketProblem(name, places: own.map { ($0.address, $0.port) })
            return HealthProblem("socket-failed", problem.what, cure: problem.cure)
        }
        return sockets + closed(besides: failed, unit)
    }

    /// Listeners that nobody listens at, without those whose socket units have failed, which is told already.
    private func closed(besides failed: [String], _ unit: (ListenerStatus) -> String?) -> [HealthProblem] {
        status.listeners.filter { !$0.isOpen && unit($0).map(failed.contains) != true }.map { listener in
            HealthProblem(
                "listener-closed", "nobody listens at \(listener.place) (listener \(listener.name), \(listener.service))",
                cure: "restart the host, so that it binds what malaposta.yaml names; its log says what is in the way")
        }
    }

    private var directories: [HealthProblem] {
        status.control.directories.compactMap { state in
            let name = "directory \(state.directory) of tenant \(state.tenant)"
            switch state.health {
            case .fine, .never: return nil
            case .unreachable:
                let since = state.failingSince.map { " since \(CalendarDay.minute($0)) UTC" } ?? ""
                return HealthProblem(
                    "directory-unreachable",
                    "\(name) cannot be read\(since) (\(state.failure ?? "no answer")): what was read last serves",
                    cure: "'malaposta ldap test \(state.tenant)' says step by step what does not work")
            case .held:
                return HealthProblem(
                    HealthProblem.brake,
                    "\(name): \(state.held?.sentence ?? "held"); what was read before serves",
                    cure: "where that is right: 'malaposta ldap sync \(state.tenant) --allow-removals'")
            }
        }
    }

    private var domains: [HealthProblem] {
        let names = status.domains.unproven
        guard let first = names.first else { return [] }
        let list = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ... \(names.count) in all" : "")
        return [
            HealthProblem(
                "domain-unproven", .warning, "not proven, and so without mail: \(list)",
                cure: "'malaposta dns guide \(first)' shows the record that proves it")
        ]
    }

    private var queue: [HealthProblem] {
        guard let queue = status.queue else { return [] }
        var problems: [HealthProblem] = []
        if queue.crashed > 0 {
            let count = queue.crashed == 1 ? "1 message has" : "\(queue.crashed) messages have"
            problems.append(
                HealthProblem(
                    "queue-crashed", "\(count) ended two deliveries with a crash and wait; all other mail flows",
                    cure: "'malaposta queue list' shows them; report them, then 'queue release' or 'queue drop'"))
        }
        if queue.held > 0 {
            let count = queue.held == 1 ? "1 message is" : "\(queue.held) messages are"
            problems.append(
                HealthProblem(
                    "queue-held", .warning, "\(count) held by the operator", cure: "'malaposta queue release' lets them go on"))
        }
        return problems
    }
}

extension String {
    fileprivate func range(ofLast separator: String) -> Range<String.Index>? {
        var end = endIndex
        while end > startIndex {
            let start = index(before: end)
            if self[start...].hasPrefix(separator) { return start..<index(start, offsetBy: separator.count) }
            end = start
        }
        return nil
    }
}
