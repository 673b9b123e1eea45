import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { reportHtml } from '../../engine/reports/report';
import { sumOf } from '../../engine/reports/sum';
import { summaryOf } from '../../engine/reports/summary';
import type { RunRecord } from '../../engine/reports/record';

/** The item of the output Summary, with the report as a file. The editor shows its sum. */
export async function summaryItem(context: IExecuteFunctions, run: RunRecord): Promise<INodeExecutionData> {
	const summary = summaryOf(run);
	const report = Buffer.from(reportHtml(run, summary));
	context.addExecutionHints({ message: sumOf(run, summary), type: 'info', location: 'outputPane' });
	return {
		json: summary,
		binary: { report: await context.helpers.prepareBinaryData(report, 'report.html', 'text/html') },
		pairedItem: context.getInputData().map((_, item) => ({ item })),
	};
}
