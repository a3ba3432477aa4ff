import { t } from '../words';

/** No dataset in the workspace: what one looks like, and two ways on. */
export function Empty({ pickFolder, openSample }: { pickFolder: () => void; openSample: () => void }) {
  return (
    <main class="empty">
      <h1>{t('Teach a classifier with your own photos')}</h1>
      <p>
        {t(
          'No dataset was found in this workspace. A dataset is a folder with two or more subfolders, one for the photos of each class; its name is the label.',
        )}
      </p>
      <pre aria-label={t('Example of a dataset')}>
        {`flowers/\n├─ daisy/\n│  ├─ 0012.jpg\n│  └─ 0013.jpg\n├─ roses/\n└─ tulips/`}
      </pre>
      <p>{t('Twenty photos a class are a good start. Everything stays on this machine.')}</p>
      <p class="actions">
        <button type="button" class="button primary" onClick={pickFolder}>
          {t('Choose Folder…')}
        </button>
        <button type="button" class="button" onClick={openSample}>
          {t('Open Sample Dataset')}
        </button>
      </p>
    </main>
  );
}
