internal import Glibc

/// What the kernel says of this process, under the names that Prometheus' client libraries use.
enum ProcessMeasures {
    static var text: String {
        var gauges: [(name: String, kind: String, value: Double)] = []
        if let statistics = statistics() {
            let ticks = Double(sysconf(CInt(_SC_CLK_TCK)))
            gauges.append(("process_cpu_seconds_total", "counter", statistics.cpuTicks / ticks))
            gauges.append(("process_resident_memory_bytes", "gauge", statistics.pages * Double(sysconf(CInt(_SC_PAGESIZE)))))
            gauges.append(("process_threads", "gauge", statistics.threads))
            if let boot = bootTime() {
                gauges.append(("process_start_time_seconds", "gauge", boot + statistics.startTicks / ticks))
            }
        }
        if let open = openDescriptors() { gauges.append(("process_open_fds", "gauge", Double(open))) }
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            gauges.append(("process_max_fds", "gauge", Double(limit.rlim_cur)))
        }
        return gauges.map { "# TYPE \($0.name) \($0.kind)\n" + PrometheusText.line($0.name, "", $0.value) }.joined()
    }

    private struct Statistics {
        var cpuTicks: Double
        var startTicks: Double
        var threads: Double
        var pages: Double
    }

    /// proc(5), `/proc/self/stat`: the fields behind the name, which may hold anything.
    private static func statistics() -> Statistics? {
        guard let text = contents("/proc/self/stat"), let close = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ").map { Double($0) ?? 0 }
        // Field 3 is the first one here.
        guard fields.count > 21 else { return nil }
        return Statistics(cpuTicks: fields[11] + fields[12], startTicks: fields[19], threads: fields[17], pages: fields[21])
    }

    private static func bootTime() -> Double? {
        contents("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    }

    private static func openDescriptors() -> Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // `.`, `..`, and the folder's own.
        return max(0, count - 3)
    }

    private static func contents(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(descriptor, &octets, octets.count)
        return count > 0 ? String(decoding: octets.prefix(count), as: UTF8.self) : nil
    }
}
