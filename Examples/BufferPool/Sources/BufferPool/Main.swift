import Foundation
import TraceCore
import TraceRecorder

// Workers take buffers from a pool, use them and give them back; a helper thread freshens used
// ones in batches. Every failure, wait, wakeup and batch is recorded.
//
// usage: BufferPool FILE [WORKERS [BUFFERS-PER-WORKER]]

/// The texts that events refer to, numbered once.
struct Texts: Sendable {
    let requester: Int64
    let flags: Int64
    let reason: Int64
    let routine: Int64
    let ok: Int64

    init(_ recorder: Recorder) {
        requester = recorder.intern("worker")
        flags = recorder.intern("nowait")
        reason = recorder.intern("no_buffer")
        routine = recorder.intern("freshen")
        ok = recorder.intern("ok")
    }
}

/// A worker: takes a buffer, writes a little, gives it back, so many times.
func work(_ pool: BufferPool, _ recorder: Recorder, _ number: Int, _ buffers: Int, _ texts: Texts) {
    let producer = recorder.makeProducer(name: "worker \(number)", role: .worker)
    var content = [UInt8](repeating: 0, count: Int(BufferPool.bufferBytes))
    for index in 0..<buffers {
        let address = Int64(number) << 32 | Int64(index)
        take(pool, producer, texts)
        producer.record(.bufferAlloc, domain: 0, [address, BufferPool.bufferBytes])
        for offset in stride(from: index % 64, to: content.count, by: 64) {
            content[offset] &+= UInt8(truncatingIfNeeded: index)
        }
        pool.giveBack()
        producer.record(.bufferFree, domain: 0, [address, BufferPool.bufferBytes])
    }
}

/// Takes a buffer; where there is none, wakes the helper and waits.
func take(_ pool: BufferPool, _ producer: borrowing Producer, _ texts: Texts) {
    while case .empty(let used) = pool.take() {
        let pages = Int64(used) * BufferPool.pagesPerBuffer
        producer.record(
            .allocFail, domain: 0,
            [2, BufferPool.bufferBytes, texts.requester, texts.flags, pages, -1, producer.thread])
        // The effect is one of the labels woke (0), no_sleeper (1), lost and suppressed.
        producer.record(.waitBegin, domain: 0, [producer.thread, pages, 0, texts.reason])
        let before = DispatchTime.now().uptimeNanoseconds
        let wakeup = pool.wakeHelper()
        producer.record(.wakeSend, domain: 0, [1, wakeup.wokeIt ? 0 : 1, texts.requester])
        pool.waitForBatch(after: wakeup)
        let waitedNs = Int64(DispatchTime.now().uptimeNanoseconds - before)
        producer.record(
            .waitEnd, domain: 0, [producer.thread, pages, -1, texts.reason, waitedNs])
    }
}

/// The helper: sleeps until it is woken, then freshens a batch.
func help(_ pool: BufferPool, _ recorder: Recorder, _ texts: Texts) {
    let producer = recorder.makeProducer(name: "helper", role: .reclaim)
    let me = producer.thread
    let desired = 32
    var wakeups: Int64 = 0
    while pool.sleepUntilWoken() {
        wakeups += 1
        producer.record(.threadRun, domain: 0, [me, wakeups])
        producer.record(
            .batchBegin, domain: 0,
            [me, 0, texts.routine, 2, Int64(desired), 0, Int64(desired) * 4, -1])
        let before = threadCPUNs()
        let taken = pool.takeUsed(desired)
        var scratch = [UInt8](repeating: 0, count: 4_096)
        for round in 0..<taken * 4 {
            for index in scratch.indices { scratch[index] &+= UInt8(truncatingIfNeeded: round) }
        }
        pool.putFresh(taken)
        let gained = Int64(taken)
        let pages = gained * BufferPool.pagesPerBuffer
        producer.record(
            .batchEnd, domain: 0,
            [
                me, 0, texts.routine, texts.ok, 1, Int64(desired), gained, 0, 0, 0, pages, gained,
                0, pages, -1, Int64(desired), threadCPUNs() - before, 0, 0,
            ])
        producer.record(.threadSleep, domain: 0, [me, wakeups])
    }
}

func threadCPUNs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Runs the pool, and tells what was recorded.
func run(_ path: String, workers: Int, buffers: Int) throws -> RecorderTotals {
    var configuration = RecorderConfiguration()
    configuration.whenFull = .dropNewest
    let recorder = try Recorder(to: path, configuration: configuration)
    let texts = Texts(recorder)
    let pool = BufferPool(buffers: 64)
    let helper = DispatchGroup()
    let crew = DispatchGroup()
    start(helper) { help(pool, recorder, texts) }
    for number in 1...workers { start(crew) { work(pool, recorder, number, buffers, texts) } }
    crew.wait()
    pool.close()
    helper.wait()
    return try recorder.finish()
}

/// Starts a thread that a group waits for.
func start(_ group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
    group.enter()
    Thread {
        body()
        group.leave()
    }.start()
}

@main struct Program {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        guard let path = arguments.first, arguments.count <= 3,
            let workers = arguments.count > 1 ? Int(arguments[1]) : 4, (1...32).contains(workers),
            let buffers = arguments.count > 2 ? Int(arguments[2]) : 5_000, buffers >= 0
        else {
            FileHandle.standardError.write(
                Data("usage: BufferPool FILE [WORKERS [BUFFERS-PER-WORKER]]\n".utf8))
            exit(64)
        }
        do {
            let totals = try run(path, workers: workers, buffers: buffers)
            print("stored \(totals.storedEvents) events, lost \(totals.lostEvents)")
        } catch {
            FileHandle.standardError.write(Data("BufferPool: \(error)\n".utf8))
            exit(1)
        }
    }
}
