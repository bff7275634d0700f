import Foundation

/// Small texts as tracefs writes them.
enum FtraceText {
    static let preamble = """
        # tracer: nop
        #
        # entries-in-buffer/entries-written: 4/4   #P:2
        #
        #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
        #              | |         |   |||||     |         |

        """

    /// A reclaim thread is woken, runs for 2 ms and sleeps.
    static let small =
        preamble
        + lines([
            line(
                "fs-thp-200", 1, "100.000100",
                "sched_waking: comm=kswapd0 pid=45 prio=120 target_cpu=000"),
            line(
                "<idle>-0", 0, "100.000150",
                "sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> "
                    + "next_comm=kswapd0 next_pid=45 next_prio=120"),
            line("kswapd0-45", 0, "100.000160", "mm_vmscan_kswapd_wake: nid=0 order=2"),
            line(
                "kswapd0-45", 0, "100.002150",
                "sched_switch: prev_comm=kswapd0 prev_pid=45 prev_prio=120 prev_state=S ==> "
                    + "next_comm=swapper/0 next_pid=0 next_prio=120"),
        ])

    /// A line of an event.
    static func line(_ task: String, _ cpu: Int, _ seconds: String, _ event: String) -> String {
        let pad = String(repeating: " ", count: 22 - task.count)
        return "\(pad)\(task)   [00\(cpu)] d..2.  \(seconds): \(event)"
    }

    static func lines(_ lines: [String]) -> String {
        lines.map { $0 + "\n" }.joined()
    }
}
