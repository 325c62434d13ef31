import Delivery
import Directory
import ServiceLifecycle
import Worker

/// Keeps the health report true: the generation in force, and what is amiss with the spool.
struct HealthWatch: Service {
    /// How often the spool is asked.
    static let pause: Duration = .seconds(2)

    let generation: CurrentGeneration
    let delivery: DeliveryService
    let report: HealthReport

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told: Set<String> = []
            repeat {
                report.generation(generation.value.number)
                let problems = Set(delivery.problems)
                told.subtracting(problems).forEach(report.solved)
                for problem in problems.subtracting(told) { report.problem(problem) }
                told = problems
            } while (try? await Task.sleep(for: Self.pause)) != nil
        }
    }
}
