import Mail
import MailConfiguration
import Testing

@Suite("Sizes and durations") struct QuantityTests {
    private func quota(_ text: String) -> ByteCount? {
        let files = TestTrees.tree(replacing: [
            "tenants/casa/tenant.yaml": """
            schema: 1
            id: casa
            name: Casa
            admins: [joana]
            plan: { limits: { total_quota: \(text) } }
            """
        ])
        return ConfigurationTree.read(files).tree?.tenants.last?.plan.limits.totalQuota
    }

    @Test(arguments: [
        ("1 MB", 1 << 20), ("50MB", 50 << 20), ("1 GB", 1 << 30), ("1048576 B", 1 << 20), ("2048 KB", 2 << 20), ("1 TB", 1 << 40),
        ("'3 MB'", 3 << 20), ("007 MB", 7 << 20),
    ])
    func reads(text: String, octets: Int) { #expect(quota(text) == ByteCount(octets)) }

    @Test(arguments: [
        "1", "MB", "1.5 GB", "-1 GB", "1 gb", "1  GB", "1 GiB", "9223372036854775807 TB", "99999999999999999999 B", "0 B", "2 TB",
        "1 GB x", "'1 GB '",
    ])
    func refuses(text: String) { #expect(quota(text) == nil) }

    @Test(arguments: [(0, "0 B"), (1, "1 B"), (1024, "1 KB"), (1536, "1536 B"), (50 << 20, "50 MB"), (3 << 40, "3 TB")])
    func writesSizes(octets: Int, text: String) { #expect(SizeText.write(ByteCount(octets)) == text) }

    private func grace(_ text: String) -> Duration? {
        let files = TestTrees.tree(replacing: [
            "tenants/casa/tenant.yaml": """
            schema: 1
            id: casa
            name: Casa
            admins: [joana]
            policies: { grace_period: \(text) }
            """
        ])
        return ConfigurationTree.read(files).tree?.tenants.last?.policies.gracePeriod
    }

    @Test(arguments: [("1d", 86400), ("48h", 172_800), ("1440m", 86400), ("86400s", 86400), ("365d", 31_536_000)])
    func readsDurations(text: String, seconds: Int) { #expect(grace(text) == .seconds(seconds)) }

    @Test(arguments: ["1", "1 d", "1w", "d", "1.5d", "-1d", "23h", "366d", "1d12h", "9223372036854775807d"])
    func refusesDurations(text: String) { #expect(grace(text) == nil) }

    @Test(arguments: [(0, "0s"), (90, "90s"), (300, "5m"), (43200, "12h"), (604_800, "7d")])
    func writesDurations(seconds: Int, text: String) { #expect(DurationText.write(.seconds(seconds)) == text) }
}
