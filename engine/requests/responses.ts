import type {
	ResponseCreateParamsBase,
	ResponseInputContent,
	ResponseInputItem,
	Tool,
} from 'openai/resources/responses/responses';
import { isStreamed, type Conversation, type ImageJob } from '../jobs/job';
import { reference, type RequestInputs } from './inputs';
import type { WireBody } from './wire';

/**
 * The body of `POST /responses` for one image: a turn of a conversation whose model has to draw.
 * The tool has no `n`; images at hand go as data URLs.
 */
export async function responsesBody(job: ImageJob, { images, mask }: RequestInputs): Promise<WireBody> {
	const { model, action, previousResponseId, imageCallId } = job.conversation as Conversation;
	const { safety_identifier, ...parameters } = job.parameters;
	const content: ResponseInputContent[] = [{ type: 'input_text', text: job.prompt }];
	for (const image of images)
		content.push({ type: 'input_image', detail: 'auto', ...(await reference(image)) });
	const body = {
		model,
		input: [...(imageCallId === undefined ? [] : [earlierImage(imageCallId)]), { role: 'user', content }],
		tools: [
			{
				type: 'image_generation',
				action,
				model: job.model,
				// Validation has refused what the tool does not have.
				...(parameters as ToolParameters),
				...(mask ? { input_image_mask: await reference(mask) } : {}),
			} satisfies Tool.ImageGeneration,
		],
		tool_choice: { type: 'image_generation' },
		...(previousResponseId === undefined ? {} : { previous_response_id: previousResponseId }),
		...(safety_identifier === undefined ? {} : { safety_identifier }),
		...(isStreamed(job) ? { stream: true } : {}),
	} satisfies ResponseCreateParamsBase;
	return { json: { ...body, ...job.additional } };
}

type ToolParameters = Omit<Tool.ImageGeneration, 'type' | 'action' | 'model' | 'input_image_mask'>;

/** The API takes the id alone; the SDK's type asks for the whole call. */
function earlierImage(id: string): ResponseInputItem {
	return { type: 'image_generation_call', id } as ResponseInputItem.ImageGenerationCall;
}
