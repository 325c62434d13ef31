import Directory
import ServiceLifecycle
import Worker

/// Tells `status` which generation is in force.
struct GenerationReport: Service {
    let generation: CurrentGeneration
    let report: HealthReport

    func run() async throws {
        report.generation(generation.value.number)
        await cancelWhenGracefulShutdown {
            for await fresh in generation.changes { report.generation(fresh.number) }
        }
    }
}
