import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Editor } from '../../host/editor';
import type { Execution, WorkflowFile } from '../../host/n8n';
import { runToEnd } from './openai-batch-workflows';
import { chain, node, START } from './workflow';

/** Manual trigger, all rows of a data table in the order they were added. */
export function tableWorkflow(id: string, table: string): WorkflowFile {
	return chain(id, [
		node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
		node('Table', 'n8n-nodes-base.dataTable', 1.1, {
			resource: 'row',
			operation: 'get',
			dataTableId: { __rl: true, mode: 'name', value: table },
			matchType: 'allConditions',
			filters: {},
			returnAll: true,
			orderBy: true,
			orderByColumn: 'id',
			orderByDirection: 'ASC',
		}),
	]);
}

/** The rows of a data table, by what {@link tableWorkflow} made. */
export async function rowsOf<Row = IDataObject>(editor: Editor, workflow: WorkflowFile): Promise<Row[]> {
	return itemsOf(await runToEnd(editor, workflow), 'Table').map(({ json }) => json as Row);
}

/** What came out of a node, the last time that it ran. */
export function itemsOf({ run }: Execution, name: string, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData[name]?.at(-1)?.data?.main?.[output] ?? [];
}

/** Added up in whole nano-dollars. */
export function sum(dollars: number[]): number {
	return dollars.reduce((total, each) => total + Math.round(each * 1e9), 0) / 1e9;
}
