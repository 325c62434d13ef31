import Delivery
import FoundationEssentials
import IMAP
import SMTPServer

// Limits that no test could wait for are other ones where `MALAPOSTA_LIMITS` says so, `spool.segment=16384,smtp.sessionTime=5`.
// Only debug builds look.
#if DEBUG
    private let tested: [String: Int] = {
        let text = ProcessInfo.processInfo.environment["MALAPOSTA_LIMITS"] ?? ""
        let settings = text.split(separator: ",").map { setting in
            let parts = setting.split(separator: "=")
            guard parts.count == 2, let number = Int(parts[1]), known.contains(String(parts[0])) else {
                preconditionFailure("MALAPOSTA_LIMITS: \(setting) sets none of \(known.joined(separator: ", "))")
            }
            return (String(parts[0]), number)
        }
        return Dictionary(settings) { _, last in last }
    }()

    private let known = ["spool.freeDisk", "spool.segment", "spool.journalStay", "smtp.sessionTime", "imap.farewellTime"]

    extension SpoolLimits {
        var asTested: SpoolLimits {
            var limits = self
            limits.freeDisk = tested["spool.freeDisk"] ?? freeDisk
            limits.segment = tested["spool.segment"] ?? segment
            limits.journalStay = tested["spool.journalStay"].map(Int64.init) ?? journalStay
            return limits
        }
    }

    extension SMTPLimits {
        var asTested: SMTPLimits {
            var limits = self
            limits.sessionTime = tested["smtp.sessionTime"].map { .seconds($0) } ?? sessionTime
            return limits
        }
    }

    extension IMAPLimits {
        var asTested: IMAPLimits {
            var limits = self
            limits.farewellTime = tested["imap.farewellTime"].map { .seconds($0) } ?? farewellTime
            return limits
        }
    }
#else
    extension SpoolLimits { var asTested: SpoolLimits { self } }
    extension SMTPLimits { var asTested: SMTPLimits { self } }
    extension IMAPLimits { var asTested: IMAPLimits { self } }
#endif
