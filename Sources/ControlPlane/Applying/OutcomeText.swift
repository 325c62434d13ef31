extension HostControl.Outcome {
    /// What `apply` and `rollback` say at their end.
    package var text: String {
        let head = (plan == nil ? "Nothing to do. " : "") + "Generation \(generation) is in force."
        guard let problems, !problems.isEmpty else { return head }
        var table = TwoColumns(titleWidth: 2)
        for problem in problems { table.add("!", problem) }
        return ([head, "", "But not everything follows it:"] + table.lines).joined(separator: "\n")
    }
}
