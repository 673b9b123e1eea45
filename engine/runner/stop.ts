import { ImageError } from '../jobs/error';

/** Ends a run before its time, once: because the user cancels, or because of an error that every further request would meet. */
export class StopSwitch {
	private readonly controller = new AbortController();
	private reason: ImageError | undefined;
	private readonly cancel = () => this.controller.abort();

	/** @param cancelled aborted when the user cancels */
	constructor(private readonly cancelled: AbortSignal) {
		if (cancelled.aborted) this.cancel();
		cancelled.addEventListener('abort', this.cancel, { once: true });
	}

	/** Aborted when nothing more is to be sent. What is in flight goes on, unless the user cancelled. */
	get signal(): AbortSignal {
		return this.controller.signal;
	}

	/** The first reason counts. */
	because(reason: ImageError): void {
		this.reason ??= reason;
		this.controller.abort();
	}

	/** @throws ImageError `cancelled`, with the reason, when nothing more is to be sent */
	check(): void {
		if (!this.signal.aborted) return;
		const { reason } = this;
		throw new ImageError({
			kind: 'cancelled',
			code: reason?.details.code ?? reason?.kind ?? 'cancelled',
			message: reason ? NOT_SENT + reason.message : 'Not sent: the execution was cancelled.',
		});
	}

	end(): void {
		this.cancelled.removeEventListener('abort', this.cancel);
	}
}

const NOT_SENT = 'Not sent, because the run was stopped: ';

/** Why the run was stopped, out of what a job says that was not sent because of it. */
export function reasonOfStop(message: string): string {
	return message.startsWith(NOT_SENT) ? message.slice(NOT_SENT.length) : message;
}
